import process from "node:process";
import { messageOf } from "../../errors.ts";
import type { CarillonEvent, EventType } from "../../events/event.ts";
import type { Logger } from "../../model/logger.ts";
import type { Scheduler } from "../../scheduler/scheduler.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { serveControl, type ServedControl } from "../control_endpoints.ts";
import { EXIT_OK, EXIT_OUTPUT_CLOSED } from "../exit_codes.ts";
import { loggerOf, makeScheduler, storesOf } from "../open_scheduler.ts";
import { banner } from "../render/banner.ts";
import { eventPrinter } from "../render/event_line.ts";
import { line } from "../../model/printable.ts";
import { ProgressLine } from "../render/progress_line.ts";
import { loadTasks } from "../task_modules.ts";
import { version } from "./help.ts";

/** The number of schedules that the banner shows. */
const BANNER_SCHEDULES_MAX = 20;

/** `start`: runs the scheduler until it is stopped, and prints what happens. */
export const startCommand: Command = {
  name: "start",
  summary: "Run the scheduler until it is stopped, and print what happens",
  details:
    "SIGINT (Ctrl+C), SIGTERM and SIGHUP stop it, as does the end of what reads its output: running jobs may " +
    "finish. A second signal aborts them, a third one ends the process at once.",
  options: [
    { name: "quiet", letter: "q", summary: "Print nothing but warnings and errors" },
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
  ],
  examples: ["start", "start --http 127.0.0.1:8000", "start --store file:other.db --tasks jobs"],
  async run(context) {
    const configuration = await loadConfiguration(context);
    const tasks = await loadTasks(configuration, context);
    // Lines about a job are shown as its events.
    const quiet = context.flag("quiet");
    const logger = loggerOf(configuration, context, (fields) => !quiet && fields["job"] !== undefined);
    const scheduler = await makeScheduler(configuration, context, { tasks, logger });
    const served = await serveControl(configuration, scheduler, logger);
    if ((context.json || quiet) && served?.madeToken !== undefined) {
      context.note(`control endpoints: ${served.url}, token for this run: ${served.madeToken}`);
    }
    const stopLogging = logUncaughtErrors(logger);
    // A store that another process keeps locked is waited for, which may take a while.
    const locations = Object.values(storesOf(configuration)).map(({ location }) => location);
    const opening = new ProgressLine({
      terminal: context.terminal,
      label: `opening ${locations.join(", ")}`,
    });
    const { outputClosed } = context.terminal;
    const stop = () => void scheduler.stop();
    try {
      scheduler.subscribe(() => opening.stop(), { types: "schedulerStarted", from: "own" });
      if (!quiet) printEvents(scheduler, context, () => printBanner(scheduler, locations, context, served));
      outputClosed.addEventListener("abort", stop);
      await scheduler.runUntilStopped();
      if (!context.json && !quiet) context.note("stopped");
      return outputClosed.aborted ? EXIT_OUTPUT_CLOSED : EXIT_OK;
    } finally {
      outputClosed.removeEventListener("abort", stop);
      opening.stop();
      await served?.close();
      stopLogging();
    }
  },
};

function printEvents(scheduler: Scheduler, context: CommandContext, onStarted: () => Promise<void>): void {
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
    await onStarted().catch((error) => context.note(line`cannot show the schedules: ${messageOf(error)}`));
    isHeld = false;
    held.splice(0).filter(({ type }) => type !== "scheduleAdded").forEach(print);
  }, { from: "own" });
}

function stoppingText(running: RunningJobs): string {
  const jobs = running.describe();
  return jobs === undefined ? "stopping" : `stopping: waiting for ${jobs}; once more aborts them`;
}

async function printBanner(
  scheduler: Scheduler,
  stores: readonly string[],
  { terminal }: CommandContext,
  served: ServedControl | undefined,
): Promise<void> {
  const tasks = await scheduler.getTasks();
  const text = banner({
    version: version(),
    scheduler: scheduler.name,
    role: scheduler.role,
    stores,
    taskNames: tasks.map(({ name }) => name),
    schedules: await scheduler.getSchedules({ limit: BANNER_SCHEDULES_MAX }),
    url: served?.url,
    madeToken: served?.madeToken,
  }, terminal);
  terminal.out(`${text}\n`);
}

/** For every event of a job: true if the job no longer runs here after it. */
const endsRun: Readonly<Record<Extract<EventType, `job${string}`>, boolean>> = {
  jobAdded: false,
  jobUpdated: false,
  jobRemoved: true,
  jobClaimed: false,
  jobStarted: false,
  jobRetrying: true,
  jobSnoozed: true,
  jobHandedBack: true,
  jobParked: true,
  jobCancelRequested: false,
  jobStuck: false,
  jobFinished: true,
  jobProgress: false,
  jobLog: false,
};

/** The jobs that run here, by their events. */
class RunningJobs {
  readonly #tasks = new Map<string, string>();

  note(event: CarillonEvent): void {
    if (event.type === "jobStarted") this.#tasks.set(event.jobId, event.taskName);
    else if ("jobId" in event && endsRun[event.type]) this.#tasks.delete(event.jobId);
  }

  /** Returns `2 jobs: report.daily (id), backup (id)`; undefined when none runs. */
  describe(): string | undefined {
    const { size } = this.#tasks;
    if (size === 0) return undefined;
    const shown = [...this.#tasks].slice(0, 5).map(([id, task]) => line`${task} (${id})`);
    const more = size > shown.length ? ` and ${size - shown.length} more` : "";
    return `${size} ${size === 1 ? "job" : "jobs"}: ${shown.join(", ")}${more}`;
  }
}

/**
 * Logs uncaught errors, such as that of a promise that a task forgot to await, and keeps them from ending the
 * process with everything else that runs in it. Returns a function that ends this.
 */
function logUncaughtErrors(logger: Logger): () => void {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  const listener = (error: unknown) =>
    logger.error("an uncaught error; a task may have forgotten to await a promise", {
      error: messageOf(error),
      ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
    });
  for (const event of events) process.on(event, listener);
  return () => events.forEach((event) => process.off(event, listener));
}
