import type { CarillonEvent } from "../../events/event.ts";
import { messageOf } from "../../errors.ts";
import type { ServedApp } from "../../http/control_app.ts";
import type { Logger } from "../../model/logger.ts";
import type { Scheduler } from "../../preset/scheduler.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { configurationOptions, settingOptions } from "../configuration/option_layer.ts";
import type { ResolvedConfiguration } from "../configuration/resolved_configuration.ts";
import { eventPrinter } from "../event_printer.ts";
import { loadTasks } from "../load_tasks.ts";
import { loggerOf, makeScheduler, storesOf } from "../open_scheduler.ts";
import { ProgressLine } from "../progress.ts";
import { banner } from "../render/banner.ts";
import { refuseOpenEndpoints } from "../refuse_open_endpoints.ts";
import { painter } from "../render/colors.ts";
import { RunningJobs } from "../running_jobs.ts";
import { reportStrayErrors } from "../stray_errors.ts";
import { version } from "../version.ts";

/** `start`: runs the scheduler until it is stopped, and prints what happens. */
export const startCommand: Command = {
  name: "start",
  summary: "Run the scheduler until it is stopped, and print what happens",
  details: "SIGINT (Ctrl+C) and SIGTERM stop it: running jobs may finish. A second one aborts them.",
  options: [
    ...settingOptions(
      "store",
      "tasks",
      "role",
      "name",
      "timeZone",
      "maxConcurrentJobs",
      "http",
      "tokens",
      "logLevel",
    ),
    ...configurationOptions,
  ],
  examples: ["start", "start --http 127.0.0.1:8000", "start --store file:other.db --tasks jobs"],
  async run(context) {
    const configuration = await loadConfiguration(context);
    refuseOpenEndpoints(configuration);
    const tasks = await loadTasks(configuration, context);
    // What is about a job is shown as its event.
    const logger = loggerOf(configuration, context, (fields) => fields["job"] !== undefined);
    const scheduler = await makeScheduler(configuration, context, { tasks, logger });
    const served = await serve(configuration, scheduler, logger);
    const stopReporting = reportStrayErrors(logger);
    const opening = openingLine(configuration, context);
    try {
      scheduler.subscribe(() => opening.stop(), { types: "schedulerStarted", from: "here" });
      tellEvents(scheduler, context, () => printBanner(scheduler, configuration, context, served));
      await scheduler.runUntilStopped();
      if (!context.json) context.note("stopped");
    } finally {
      opening.stop();
      await served?.close();
      stopReporting();
    }
  },
};

/** The web framework is only loaded where there is something to serve. */
async function serve(
  configuration: ResolvedConfiguration,
  scheduler: Scheduler,
  logger: Logger,
): Promise<ServedApp | undefined> {
  if (configuration.http === undefined) return undefined;
  const { serveControl } = await import("../serve_control.ts");
  return await serveControl(configuration, scheduler, logger);
}

function tellEvents(scheduler: Scheduler, context: CommandContext, onStarted: () => Promise<void>): void {
  const running = new RunningJobs();
  const print = eventPrinter(context);
  const held: CarillonEvent[] = [];
  let isHeld = !context.json;
  scheduler.subscribe(async (event) => {
    running.note(event);
    if (event.type === "schedulerStopping" && !context.json) context.note(stoppingText(running));
    if (isHeld) held.push(event);
    else print(event);
    if (event.type !== "schedulerStarted" || context.json) return;
    // Events of the first moments come after the banner, which needs the store and shows the new schedules.
    await onStarted().catch((error) => context.note(`cannot show the schedules: ${messageOf(error)}`));
    isHeld = false;
    held.splice(0).filter(({ type }) => type !== "scheduleAdded").forEach(print);
  }, { from: "here" });
}

/** A store that somebody else keeps locked is waited for, which may take a while. */
function openingLine(configuration: ResolvedConfiguration, { terminal }: CommandContext): ProgressLine {
  const locations = Object.values(storesOf(configuration)).map(({ location }) => location).join(", ");
  return new ProgressLine({ terminal, clock: systemClock, label: () => `opening ${locations}` });
}

function stoppingText(running: RunningJobs): string {
  const jobs = running.describe();
  return jobs === undefined ? "stopping" : `stopping: waiting for ${jobs}; once more aborts them`;
}

async function printBanner(
  scheduler: Scheduler,
  configuration: ResolvedConfiguration,
  context: CommandContext,
  served: ServedApp | undefined,
): Promise<void> {
  const { terminal } = context;
  const tasks = await scheduler.getTasks();
  const text = banner({
    version: version(),
    scheduler: scheduler.name,
    role: scheduler.role,
    stores: Object.values(storesOf(configuration)).map(({ location }) => location),
    taskNames: tasks.map(({ name }) => name),
    schedules: await scheduler.getSchedules(),
    url: served?.url,
    nowMs: systemClock.nowMs(),
  }, { paint: painter(terminal.color), width: terminal.width, timeZone: terminal.timeZone });
  terminal.out(`${text}\n`);
}
