import { CarillonError } from "../errors.ts";
import type { RunTable } from "./run_table.ts";

/** Which jobs of this process wait for which others; finds the waits that could never end. */
export class WaitGraph {
  readonly #waitsFor = new Map<string, string[]>();

  /** How many of these runs only wait; they take no part of the scheduler's own limit. */
  waiting(runs: RunTable): number {
    if (this.#waitsFor.size === 0) return 0;
    return runs.all().filter(({ job }) => this.#waitsFor.has(job.id)).length;
  }

  /**
   * Refuses to let a job wait for another job of a task when all of that task's slots are held by the job
   * itself or by jobs that wait for it. Throws `jobWaitsForItself`.
   */
  refuseCycle(waiter: string | undefined, taskName: string, runs: RunTable, limit: number | null): void {
    if (waiter === undefined || limit === null) return;
    const holders = runs.all().map(({ job }) => job).filter((job) => job.taskName === taskName);
    if (holders.length < limit || !holders.every((holder) => this.#leadsTo(holder.id, waiter))) return;
    const slots = limit === 1 ? "the only slot" : `all ${limit} slots`;
    throw new CarillonError(
      "jobWaitsForItself",
      `Job ${waiter} would wait for ever: it waits for a job of task '${taskName}', of which it holds ${slots} ` +
        "itself or through jobs that wait for it; raise 'maxRunningJobs', or use addJob without waiting",
      { details: { jobId: waiter, taskName, limit } },
    );
  }

  /** Refuses to let a job wait for a running one that waits for it, or for itself. Throws `jobWaitsForItself`. */
  refuseLoop(waiter: string, awaited: string): void {
    if (!this.#leadsTo(awaited, waiter)) return;
    throw new CarillonError(
      "jobWaitsForItself",
      `Job ${waiter} would wait for ever: it waits for job ${awaited}, which is itself or waits for it; ` +
        "let one of them end without waiting",
      { details: { jobId: waiter, awaited } },
    );
  }

  /** Notes a wait for as long as it takes. */
  async during<Answer>(
    waiter: string | undefined,
    awaited: string,
    wait: () => Promise<Answer>,
  ): Promise<Answer> {
    if (waiter === undefined) return await wait();
    const all = this.#waitsFor.get(waiter) ?? [];
    this.#waitsFor.set(waiter, all);
    all.push(awaited);
    try {
      return await wait();
    } finally {
      all.splice(all.indexOf(awaited), 1);
      if (all.length === 0) this.#waitsFor.delete(waiter);
    }
  }

  #leadsTo(from: string, to: string): boolean {
    const seen = new Set<string>();
    const next = [from];
    for (let job = next.pop(); job !== undefined; job = next.pop()) {
      if (job === to) return true;
      if (seen.has(job)) continue;
      seen.add(job);
      next.push(...this.#waitsFor.get(job) ?? []);
    }
    return false;
  }
}
