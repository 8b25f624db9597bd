import type { JobRecord } from "../../model/job_record.ts";
import { keptJobs } from "../../model/retention_options.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import { SortedList } from "./sorted_list.ts";

/** A task's settings about the jobs it keeps. */
type Keeper = Pick<TaskRecord, "overrides" | "settings">;

/** Finished jobs of tasks that keep only so many, in the order in which they finished. */
export class CountedJobs {
  readonly #jobs = new Map<string, SortedList<JobRecord>>();

  /** Number of tasks and outcomes whose jobs it counts. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Counts a job that has just finished, where its task wants that. */
  add(job: JobRecord, task: Keeper | undefined): void {
    if (task === undefined || keptJobs(task, job.outcome!) === null) return;
    const key = keyOf(job);
    let jobs = this.#jobs.get(key);
    if (jobs === undefined) this.#jobs.set(key, jobs = new SortedList(byFinish));
    jobs.add(job);
  }

  /** Forgets a job that is deleted or tried again. */
  delete(job: JobRecord): void {
    if (job.state !== "finished" || this.#jobs.size === 0) return;
    const key = keyOf(job);
    const jobs = this.#jobs.get(key);
    jobs?.delete(job);
    if (jobs?.size === 0) this.#jobs.delete(key);
  }

  /** The first to finish of those that are more than their tasks keep; up to `limit` of each. */
  *surplus(tasks: ReadonlyMap<string, Keeper>, limit: number): Iterable<JobRecord> {
    for (const jobs of this.#jobs.values()) {
      const first = jobs.first();
      const task = first && tasks.get(first.taskName);
      const keep = task ? keptJobs(task, first.outcome!) : null;
      if (keep !== null) yield* [...jobs].slice(0, Math.max(0, Math.min(limit, jobs.size - keep)));
    }
  }
}

function keyOf({ taskName, outcome }: JobRecord): string {
  return `${outcome === "success"} ${taskName}`;
}

function byFinish(a: JobRecord, b: JobRecord): number {
  return (a.finishedAtMs as number) - (b.finishedAtMs as number) || a.seq - b.seq;
}
