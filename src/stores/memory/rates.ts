import { countsFor, rateLimit } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RateUse } from "../task_store.ts";

/** When jobs of tasks with a limited rate started, by what they count for; apart from the jobs, which may go. */
export class StartLog {
  /** In order, by task and key. */
  readonly #tasks = new Map<string, Map<string, number[]>>();

  /** Number of keys, of all tasks, with known starts. */
  get size(): number {
    return [...this.#tasks.values()].reduce((sum, keys) => sum + keys.size, this.#tasks.size);
  }

  /** Notes a start; those up to an instant count no more. */
  add(taskName: string, key: string, atMs: number, untilMs: number): void {
    const keys = this.#tasks.get(taskName) ?? new Map<string, number[]>();
    this.#tasks.set(taskName, keys);
    const starts = keys.get(key) ?? [];
    keys.set(key, starts);
    starts.push(atMs);
    const over = firstAfter(starts, untilMs);
    // Not each time: moving the others costs as much as there are.
    if (over > starts.length / 2) starts.splice(0, over);
  }

  /** Counts starts that lie ahead, as the clock was set back since, as if they had been now. */
  cutTo(taskName: string, key: string, nowMs: number): void {
    const starts = this.#tasks.get(taskName)?.get(key);
    for (let i = (starts?.length ?? 0) - 1; i >= 0 && starts![i]! > nowMs; i--) starts![i] = nowMs;
  }

  /** Number of starts after an instant. */
  countAfter(taskName: string, key: string, instantMs: number): number {
    const starts = this.#tasks.get(taskName)?.get(key);
    return starts === undefined ? 0 : starts.length - firstAfter(starts, instantMs);
  }

  /** When the last start but so many was. */
  fromLast(taskName: string, key: string, count: number): number | undefined {
    return this.#tasks.get(taskName)?.get(key)?.at(-count);
  }

  /** Drops the starts of a task up to an instant. */
  prune(taskName: string, untilMs: number): void {
    const keys = this.#tasks.get(taskName);
    if (keys === undefined) return;
    for (const [key, starts] of keys) {
      const over = firstAfter(starts, untilMs);
      if (over === starts.length) keys.delete(key);
      else starts.splice(0, over);
    }
    if (keys.size === 0) this.#tasks.delete(taskName);
  }

  /** Forgets the starts of a task. */
  forget(taskName: string): void {
    this.#tasks.delete(taskName);
  }
}

/** The place of the first one after an instant. */
function firstAfter(starts: readonly number[], instantMs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! > instantMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The parts of the state about rates. */
interface RateState {
  readonly tasks: ReadonlyMap<string, Pick<TaskRecord, "settings" | "overrides">>;
  readonly starts: StartLog;
}

type Rated = Pick<JobRecord, "taskName" | "rateKey">;

/** The use of the rate that a job counts for; undefined where there is none. */
export function rateUse(state: RateState, job: Rated, nowMs: number): RateUse | undefined {
  const rate = rateLimit(state.tasks.get(job.taskName));
  const key = countsFor(rate, job);
  if (rate === null || key === null) return undefined;
  const { limit, perMs } = rate;
  state.starts.cutTo(job.taskName, key, nowMs);
  const started = state.starts.countAfter(job.taskName, key, nowMs - perMs);
  const leavingMs = started < limit ? undefined : state.starts.fromLast(job.taskName, key, limit);
  return { limit, perMs, started, nextStartAtMs: leavingMs === undefined ? null : leavingMs + perMs };
}

/** True if the rate that a job counts for, where there is one, lets it start. */
export function rateOpen(state: RateState, job: Rated, nowMs: number): boolean {
  return (rateUse(state, job, nowMs)?.nextStartAtMs ?? null) === null;
}

/** Notes the start of a job where its task's rate is limited. */
export function noteStart(state: RateState, job: Rated, nowMs: number): void {
  const rate = rateLimit(state.tasks.get(job.taskName));
  const key = countsFor(rate, job);
  if (rate === null || key === null) return;
  state.starts.cutTo(job.taskName, key, nowMs);
  state.starts.add(job.taskName, key, nowMs, nowMs - rate.perMs);
}

/** Drops the starts that count no more. */
export function pruneStarts(state: RateState, nowMs: number): void {
  for (const [taskName, task] of state.tasks) {
    const rate = rateLimit(task);
    if (rate !== null) state.starts.prune(taskName, nowMs - rate.perMs);
  }
}
