import type { JobRecord } from "../../src/model/job_record.ts";
import type { StoredRate } from "../../src/model/limit_options.ts";
import type { TaskRecord } from "../../src/model/task_record.ts";
import type { Violations } from "./violations.ts";

/** A start that was counted. */
interface Start {
  /** The earliest instant at which the store may count it: a start that lies ahead of a clock set back is cut to now. */
  atMs: number;
  /** The latest such instant, as if the clock never stepped back: a store may cut a start only once a job waits for it. */
  readonly latestMs: number;
  /** True if the store must still know of it: it may forget what has left a window, also if windows grow later. */
  known: boolean;
}

type Rated = Pick<JobRecord, "taskName" | "rateKey">;

/** Counts starts anew: no window of its length has more of them than a rate allows. */
export class RateRules {
  readonly #starts = new Map<string, Map<string, Start[]>>();
  readonly #violations: Violations;
  readonly #tasks: ReadonlyMap<string, TaskRecord>;

  constructor(violations: Violations, tasks: ReadonlyMap<string, TaskRecord>) {
    this.#violations = violations;
    this.#tasks = tasks;
  }

  /** The store's clock is seen in a call: starts that lie ahead of it may be cut. */
  saw(storeMs: number): void {
    for (const keys of this.#starts.values()) {
      for (const starts of keys.values()) {
        for (const start of starts) start.atMs = Math.min(start.atMs, storeMs);
      }
    }
  }

  /** A job was taken: that is a start. */
  claimed({ id, taskName, rateKey, startedAtMs }: JobRecord): void {
    const rate = rateOf(this.#tasks.get(taskName));
    const starts = this.#of({ taskName, rateKey }, rate);
    if (rate === null || starts === undefined) return;
    const atMs = Math.max(startedAtMs!, starts.at(-1)?.atMs ?? 0);
    const beside = starts.filter((start) => start.known && start.atMs > atMs - rate.perMs).length;
    this.#violations.unless(
      beside < rate.limit,
      () => `job ${id} of ${taskName} is start ${beside + 1} of ${rate.limit} in ${rate.perMs} ms`,
    );
    starts.push({ atMs, latestMs: Math.max(startedAtMs!, starts.at(-1)?.latestMs ?? 0), known: true });
  }

  /** True if a job may have to wait for its rate. */
  mayWait(job: Rated, nowMs: number): boolean {
    const rate = rateOf(this.#tasks.get(job.taskName));
    const starts = this.#of(job, rate);
    if (rate === null || starts === undefined) return false;
    return starts.filter(({ latestMs }) => latestMs > nowMs - rate.perMs).length >= rate.limit;
  }

  /** A task is about to be another one. */
  changes(before: TaskRecord | undefined, after: TaskRecord, nowMs: number): void {
    const rate = rateOf(before);
    if (rateOf(after) === null) return void this.#starts.delete(after.name);
    for (const starts of this.#starts.get(after.name)?.values() ?? []) {
      for (const start of starts) if (rate && start.atMs <= nowMs - rate.perMs) start.known = false;
    }
  }

  #of({ taskName, rateKey }: Rated, rate: StoredRate | null): Start[] | undefined {
    const key = rate?.keyed ? rateKey : "";
    if (rate === null || key === null) return undefined;
    const keys = this.#starts.get(taskName) ?? new Map<string, Start[]>();
    this.#starts.set(taskName, keys);
    const starts = keys.get(key) ?? [];
    keys.set(key, starts);
    return starts;
  }
}

/** The rate in force: what was set wins, and does not touch what the code says about keys. */
function rateOf(task: TaskRecord | undefined): StoredRate | null {
  if (task === undefined) return null;
  const { rateLimit: set } = task.overrides;
  const { rateLimit: own } = task.settings;
  if (set === undefined || set === null) return set === null ? null : own;
  return { ...set, keyed: own !== null && own.keyed };
}
