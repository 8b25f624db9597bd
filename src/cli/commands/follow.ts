import type { JobState } from "../../model/states.ts";
import { onStopSignals } from "../../scheduler/lifecycle/signals.ts";
import type { Scheduler } from "../../scheduler/scheduler.ts";
import type { Job } from "../../scheduler/views/job.ts";
import { sleep } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_OUTPUT_CLOSED } from "../exit_codes.ts";
import { jobIdOf } from "../ids.ts";
import { withClient } from "../open_scheduler.ts";
import { type Paint, painter } from "../render/colors.ts";
import { errorLines } from "../render/error_text.ts";
import { logLineText, progressText, took } from "../render/job_text.ts";
import { toJsonLine } from "../render/json_text.ts";
import { line, printable } from "../../model/printable.ts";
import { timeOfDay } from "../render/times.ts";

/** Interval at which the store is read: lines of a log are written about as often. */
const LOOK_EVERY_MS = 500;

/** `jobs follow <id>`. */
export const followCommand: Command = {
  name: "follow",
  summary: "Show the log lines and the progress of a job as they come, until it has ended",
  details:
    "The exit code is 0 if it succeeded, and 1 with any other outcome. A signal ends the command, not the job.",
  arguments: [{ name: "id", summary: "Id of the job, or its beginning" }],
  options: settingOptions("store"),
  async run(context) {
    const interrupted = new AbortController();
    const unlisten = onStopSignals(() => interrupted.abort());
    const { outputClosed } = context.terminal;
    try {
      const job = await withClient(
        context,
        async (scheduler) =>
          await new FollowedJob(scheduler, context, await jobIdOf(scheduler, context.argument("id")))
            .untilEnd(AbortSignal.any([interrupted.signal, outputClosed])),
      );
      if (job.state === "finished") return job.outcome === "success" ? EXIT_OK : EXIT_FAILED;
      return outputClosed.aborted ? EXIT_OUTPUT_CLOSED : EXIT_INTERRUPTED;
    } finally {
      unlisten();
    }
  },
};

/** A job, and what of it has been shown. */
class FollowedJob {
  readonly #scheduler: Scheduler;
  readonly #context: CommandContext;
  readonly #id: string;
  readonly #paint: Paint;
  #linesShown = 0;
  #shownState: string | undefined;
  #shownProgress: string | undefined;

  constructor(scheduler: Scheduler, context: CommandContext, id: string) {
    this.#scheduler = scheduler;
    this.#context = context;
    this.#id = id;
    this.#paint = painter(context.terminal.color);
  }

  /** Shows what happens until the job has ended, or until the signal. Resolves to the job as it is then. */
  async untilEnd(signal: AbortSignal): Promise<Job> {
    const done = new AbortController();
    const ended = new AbortController();
    // The end is noticed at once; that a job is parked is none, and it is looked at again and again.
    const waiting = this.#scheduler.getJobResult(this.#id, { signal: AbortSignal.any([signal, done.signal]) })
      .then(() => {}, () => {}).then(() => ended.abort());
    let wake = AbortSignal.any([signal, ended.signal]);
    try {
      for (;;) {
        const job = await this.#show();
        if (job.state === "finished" || signal.aborted) return job;
        await sleep(systemClock, LOOK_EVERY_MS, wake);
        if (ended.signal.aborted) wake = signal;
      }
    } finally {
      done.abort();
      await waiting;
    }
  }

  async #show(): Promise<Job> {
    const job = await this.#scheduler.getJob(this.#id);
    const { lines, dropped } = await this.#scheduler.getJobLogs(this.#id);
    const state = `${job.state} ${job.attempt}`;
    if (job.state !== "finished" && state !== this.#shownState) {
      this.#print("state", job, this.#stateText(job));
    }
    this.#shownState = state;
    for (const one of lines.slice(Math.max(0, this.#linesShown - dropped))) {
      this.#print("log", one, logLineText(one, this.#context.terminal.timeZone));
    }
    this.#linesShown = dropped + lines.length;
    const progress = job.progress && progressText(job.progress);
    if (progress !== undefined && progress !== this.#shownProgress) {
      this.#print("progress", job.progress!, this.#line("progress", progress));
    }
    this.#shownProgress = progress;
    if (job.state === "finished") this.#print("end", job, this.#endText(job));
    return job;
  }

  #print(type: "state" | "log" | "progress" | "end", value: object, text: string): void {
    const { json, terminal } = this.#context;
    terminal.out(`${json ? toJsonLine({ type, ...value }) : text}\n`);
  }

  #stateText(job: Job): string {
    const details: Readonly<Record<Exclude<JobState, "finished">, string>> = {
      scheduled: `until ${timeOfDay(job.runAt.epochMilliseconds, this.#context.terminal.timeZone)}`,
      blocked: "",
      ready: "",
      running: job.attempt > 1 ? `attempt ${job.attempt}` : "",
      parked: job.parkedReason ?? "",
    };
    const { state } = job;
    return state === "finished" ? "" : this.#line(state, details[state]);
  }

  #endText(job: Job): string {
    const outcome = job.outcome ?? "";
    const word = this.#paint(outcome, outcome === "success" ? "green" : "red");
    const time = took(job);
    const error = job.error === undefined ? [] : errorLines(job.error, this.#context.terminal.directory);
    return [`${word}${time === undefined ? "" : ` in ${time}`}`, ...error.map(printable)].join("\n");
  }

  #line(word: string, facts: string): string {
    const time = timeOfDay(systemClock.nowMs(), this.#context.terminal.timeZone);
    return `${this.#paint(time, "dim")} ${line`${word} ${facts}`}`.trimEnd();
  }
}
