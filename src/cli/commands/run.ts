import { isCarillonError } from "../../errors.ts";
import type { CarillonEvent } from "../../events/event.ts";
import type { Scheduler } from "../../scheduler/scheduler.ts";
import { taskRef } from "../../registry/task.ts";
import { TaskRegistry } from "../../registry/task_registry.ts";
import type { Task } from "../../registry/task_types.ts";
import { newJobId } from "../../scheduler/jobs/job_id.ts";
import { onStopSignals } from "../../scheduler/lifecycle/signals.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { EXIT_INTERRUPTED } from "../exit_codes.ts";
import { loggerOf, makeScheduler } from "../open_scheduler.ts";
import { jsonInput } from "../option_values.ts";
import { painter } from "../render/colors.ts";
import { eventLine } from "../render/event_line.ts";
import { toJson } from "../render/json_text.ts";
import { printable } from "../../model/printable.ts";
import { ProgressLine } from "../render/progress_line.ts";
import { lengthText } from "../render/times.ts";
import { reportError } from "../report_error.ts";
import { loadTasks } from "../task_modules.ts";

/** `run <task> [json]`: runs one job here and prints what it returned. */
export const runCommand: Command = {
  name: "run",
  summary: "Run one job of a task here, and print its result",
  details:
    "The job is recorded in the store and counts against all limits. Nothing else is started. What the task prints " +
    "goes to standard error.",
  arguments: [
    { name: "task", summary: "Name of the task" },
    { name: "json", summary: "Its input as JSON; - reads it from the standard input", optional: true },
  ],
  options: settingOptions("store", "tasks", "role", "logLevel"),
  examples: ["run machine.sample", `run mail.digest '{"userId":"ada"}' --json`],
  async run(context) {
    const configuration = await loadConfiguration(context);
    const taskName = context.argument("task");
    context.terminal.reserveOutput();
    const tasks = await loadTasks(configuration, context);
    const registry = new TaskRegistry();
    registry.add(tasks);
    // Before the store is opened: an unknown name leaves nothing behind.
    registry.byName(taskName);
    const [typed] = context.arguments("json");
    const input = jsonInput(typed === "-" ? await context.terminal.readInput() : typed, taskName);
    const logger = loggerOf(configuration, context, (fields) => fields["job"] !== undefined);
    await using scheduler = await makeScheduler(configuration, context, { tasks, logger });
    return await runHere(scheduler, taskName, input, context);
  },
};

/** Resolves to the exit code. The first signal cancels the job, which then ends in its own way. */
async function runHere(
  scheduler: Scheduler,
  taskName: string,
  input: unknown,
  context: CommandContext,
): Promise<number> {
  const jobId = newJobId(systemClock.nowMs());
  const reporter = new RunReporter(context, taskName, jobId);
  using _subscription = scheduler.subscribe((event) => reporter.report(event), { types: "job" });
  let interrupted = false;
  const unlisten = onStopSignals((signal) => {
    interrupted = true;
    void scheduler.cancelJob(jobId, `${signal} received`).catch(() => {});
  });
  try {
    const task = taskRef<Task<unknown, unknown>>(taskName);
    const result = await scheduler.runJob(task, input, { id: jobId });
    reporter.end();
    context.print(
      { jobId, taskName, outcome: "success", result },
      () => result === undefined ? "" : toJson(result),
    );
    return 0;
  } catch (error) {
    reporter.end();
    if (!interrupted || !isCarillonError(error, "jobCancelled")) throw error;
    reportError(error, context.terminal, context);
    return EXIT_INTERRUPTED;
  } finally {
    unlisten();
    reporter.end();
  }
}

/** Reports the progress of the job on standard error. */
class RunReporter {
  readonly #context: CommandContext;
  readonly #jobId: string;
  readonly #line: ProgressLine;
  #label: string;

  constructor(context: CommandContext, taskName: string, jobId: string) {
    const { terminal } = context;
    this.#context = context;
    this.#jobId = jobId;
    this.#label = `waiting to run ${taskName}`;
    this.#line = new ProgressLine({ terminal, label: () => this.#label });
  }

  report(event: CarillonEvent): void {
    if (!("jobId" in event) || event.jobId !== this.#jobId) return;
    const { terminal, verbose, json } = this.#context;
    if (event.type === "jobStarted") this.#label = `running ${event.taskName}`;
    if (event.type === "jobProgress") {
      const { done, total, message } = event.progress;
      this.#label = `running ${event.taskName}: ${Math.floor(100 * done / total)}%${
        message ? ` ${message}` : ""
      }`;
      if (terminal.interactive) return;
    }
    if (event.type === "jobStarted" || (json && !verbose)) return;
    if (event.type === "jobFinished" && event.outcome !== "success") return;
    const paint = painter(terminal.color && terminal.interactive);
    const line = event.type === "jobFinished"
      ? `${paint("success", "green")} in ${lengthText(event.durationMs ?? 0)} (job ${printable(event.jobId)})`
      : eventLine(event, { paint, timeZone: terminal.timeZone, verbose });
    if (line !== undefined) this.#line.around(() => terminal.err(`${line}\n`));
  }

  end(): void {
    this.#line.stop();
  }
}
