import { CarillonError } from "../errors.ts";
import type { StoreUnit } from "./store_unit.ts";

/** Which jobs of this process wait for which others by `runJob`; finds the waits that could never end. */
export class WaitGraph {
  readonly #waitsFor = new Map<string, string>();

  /** How many jobs only wait; they take no part of the scheduler's own limit. */
  get size(): number {
    return this.#waitsFor.size;
  }

  /**
   * Refuses to let a job wait for a new job of a task when all of that task's slots are held by the job itself
   * or by jobs that wait for it. Throws `jobWaitsForItself`.
   */
  refuseCycle(waiter: string | undefined, taskName: string, unit: StoreUnit, limit: number | null): void {
    if (waiter === undefined || limit === null) return;
    const holders = unit.runs.all().map(({ job }) => job).filter((job) => job.taskName === taskName);
    if (holders.length < limit || !holders.every((holder) => this.#leadsTo(holder.id, waiter))) return;
    const slots = limit === 1 ? "the only slot" : `all ${limit} slots`;
    throw new CarillonError(
      "jobWaitsForItself",
      `Job ${waiter} would wait for ever: it waits for a job of task '${taskName}', of which it holds ${slots} ` +
        "itself or through jobs that wait for it; raise 'maxRunningJobs', or use addJob without waiting",
      { details: { jobId: waiter, taskName, limit } },
    );
  }

  /** Notes a wait for as long as it takes. */
  async during<Answer>(
    waiter: string | undefined,
    awaited: string,
    wait: () => Promise<Answer>,
  ): Promise<Answer> {
    if (waiter === undefined) return await wait();
    this.#waitsFor.set(waiter, awaited);
    try {
      return await wait();
    } finally {
      this.#waitsFor.delete(waiter);
    }
  }

  #leadsTo(from: string, to: string): boolean {
    const seen = new Set<string>();
    for (
      let job: string | undefined = from;
      job !== undefined && !seen.has(job);
      job = this.#waitsFor.get(job)
    ) {
      if (job === to) return true;
      seen.add(job);
    }
    return false;
  }
}
