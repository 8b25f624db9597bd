import type { JobTransition } from "../../src/model/job_record.ts";
import { defaultRunSettings } from "../../src/model/settings.ts";
import type { TaskRecord } from "../../src/model/task_record.ts";
import type { BookedJob } from "./booked_job.ts";
import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

/** Clocks of machines go up to so much too fast. */
const PACE = 0.98;

/** Rules for the end that an owner writes for its run. */
export class EndRules {
  readonly #violations: Violations;
  readonly #world: World;
  readonly #tasks: ReadonlyMap<string, TaskRecord>;

  constructor(violations: Violations, world: World, tasks: ReadonlyMap<string, TaskRecord>) {
    this.#violations = violations;
    this.#world = world;
    this.#tasks = tasks;
  }

  /** Retention of a job that did not succeed. */
  keepMs({ taskName }: BookedJob): number | null {
    return (this.#tasks.get(taskName)?.settings ?? defaultRunSettings).retention.otherMs;
  }

  /** Checks an end that the store took. */
  check(job: BookedJob, transition: JobTransition): void {
    const settings = this.#tasks.get(job.taskName)?.settings;
    if (settings === undefined) return;
    const { retry: { maxAttempts, backoff }, timeoutMs } = settings;
    const holds = (rule: boolean, what: string) =>
      this.#violations.unless(rule, () => `job ${job.id} of ${job.taskName} ${what}, attempt ${job.attempt}`);
    if (transition.to === "retry") {
      holds(job.attempt < maxAttempts, `is tried again, of ${maxAttempts} attempts`);
      const leastMs = Math.min(backoff.capMs, backoff.baseMs * backoff.factor ** (job.attempt - 1));
      const fits = transition.delayMs >= leastMs - 1 &&
        transition.delayMs <= leastMs * (1 + backoff.jitter) + 1;
      if (backoff.kind === "exponential") holds(fits, `waits ${transition.delayMs} ms, not ${leastMs}`);
    }
    const outcome = transition.to === "finished" ? transition.outcome : undefined;
    const failed = outcome === "error" || outcome === "timedOut";
    if (failed) holds(job.attempt >= maxAttempts, `ended as ${outcome}, of ${maxAttempts} attempts`);
    if (outcome === "cancelled") holds(job.cancelRequested, "ended as cancelled and nobody asked for it");
    const ranMs = this.#world.nowMs - job.claimedMs;
    if (outcome === "timedOut") {
      holds(timeoutMs !== null && ranMs >= timeoutMs * PACE, `timed out after ${ranMs} ms`);
    }
  }
}
