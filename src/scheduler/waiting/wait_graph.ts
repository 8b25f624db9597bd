import type { DataStore } from "../../stores/data_store.ts";
import type { Environment } from "../environment.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { RunTable } from "../running/run_table.ts";
import type { StoreUnit } from "../store_unit.ts";
import { CarillonError } from "../../errors.ts";
import { taskLimit } from "../../model/decisions.ts";
import { tryCurrentJob } from "../../context/current_job.ts";
import { tryCurrentSchedulerObject } from "../../context/current_frame.ts";

/** Jobs that wait for their parents, each with those that are not finished. */
export type ParentChains = ReadonlyMap<string, readonly string[]>;

/** The waits of this process's jobs for other jobs; finds those that could never end. */
export class WaitGraph {
  readonly #waitsFor = new Map<string, string[]>();
  /** The known parents of jobs that are awaited, for as long as they are. */
  readonly #chains = new Set<ParentChains>();

  /** Number of these runs that count for the scheduler's own limit: those that only wait do not. */
  working(runs: RunTable): number {
    if (this.#waitsFor.size === 0) return runs.staying;
    return runs.all().filter((run) => !runs.isLeaving(run) && !this.#waitsFor.has(run.job.id)).length;
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
      `Job ${waiter} would wait forever: it waits for a job of task '${taskName}', of which it holds ${slots} ` +
        "itself or through jobs that wait for it; raise 'maxRunningJobs', or use addJob without waiting",
      { details: { jobId: waiter, taskName, limit } },
    );
  }

  /**
   * Refuses to let a job wait for itself, or for one that waits for it, be it in its function or for its parents, as
   * `chains` states. Throws `jobWaitsForItself`.
   */
  refuseLoop(waiter: string, awaited: string, chains: ParentChains = new Map()): void {
    if (!this.#leadsTo(awaited, waiter, chains)) return;
    throw new CarillonError(
      "jobWaitsForItself",
      `Job ${waiter} would wait forever: it waits for job ${awaited}, which is itself or waits for it; ` +
        "let one of them end without waiting, or take it out of the other's 'after'",
      { details: { jobId: waiter, awaited } },
    );
  }

  /** Notes a wait for as long as it takes. */
  async during<Answer>(
    waiter: string | undefined,
    awaited: string,
    chains: ParentChains,
    wait: () => Promise<Answer>,
  ): Promise<Answer> {
    if (waiter === undefined) return await wait();
    const all = this.#waitsFor.get(waiter) ?? [];
    this.#waitsFor.set(waiter, all);
    all.push(awaited);
    if (chains.size > 0) this.#chains.add(chains);
    try {
      return await wait();
    } finally {
      this.#chains.delete(chains);
      all.splice(all.indexOf(awaited), 1);
      if (all.length === 0) this.#waitsFor.delete(waiter);
    }
  }

  #leadsTo(from: string, to: string, chains: ParentChains = new Map()): boolean {
    const known = [chains, ...this.#chains];
    const seen = new Set<string>();
    const next = [from];
    for (let job = next.pop(); job !== undefined; job = next.pop()) {
      if (job === to) return true;
      if (seen.has(job)) continue;
      seen.add(job);
      for (const waits of [this.#waitsFor, ...known]) {
        for (const parent of waits.get(job) ?? []) next.push(parent);
      }
    }
    return false;
  }
}

/** A job that code is about to wait for. */
export interface AwaitedJob {
  readonly id: string;
  readonly taskName: string;
  /** The ids of its parents where it is still to be added; undefined where it is there. */
  readonly parentIds: readonly string[] | undefined;
}

/** Lets jobs wait for other jobs, unless that could never end. */
export class WaitingJobs {
  readonly #environment: Environment;
  readonly #waits: WaitGraph;

  constructor(environment: Environment, waits: WaitGraph) {
    this.#environment = environment;
    this.#waits = waits;
  }

  /** The job of this scheduler that the calling code runs for. */
  get current(): string | undefined {
    return tryCurrentSchedulerObject() === this.#environment.self ? tryCurrentJob()?.id : undefined;
  }

  /** Waits, noting that the calling job, if it is one, only waits meanwhile. Throws `jobWaitsForItself`. */
  during<Answer>(unit: StoreUnit, awaited: AwaitedJob, wait: () => Promise<Answer>): Promise<Answer> {
    const waiter = this.current;
    return waiter === undefined ? wait() : this.#during(waiter, unit, awaited, wait);
  }

  async #during<Answer>(
    waiter: string,
    unit: StoreUnit,
    awaited: AwaitedJob,
    wait: () => Promise<Answer>,
  ): Promise<Answer> {
    const { id, taskName } = awaited;
    const chains = await parentChains(unit.store, awaited);
    this.#waits.refuseLoop(waiter, id, chains);
    // What runs already needs no slot; the wait for it counts all the same.
    if (!unit.runs.has(id)) {
      this.#waits.refuseCycle(waiter, taskName, unit.runs, taskLimit(unit.tasks.get(taskName)));
    }
    return await this.#waits.during(waiter, id, chains, () => {
      this.#environment.jobLoops.slotFreed();
      return wait();
    });
  }
}

/** The unfinished parents of a job, of those of them that wait for theirs, and so on. */
async function parentChains(store: DataStore, { id, parentIds }: AwaitedJob): Promise<ParentChains> {
  const chains = new Map<string, readonly string[]>();
  const next: string[] = [];
  const follow = (child: string, parents: readonly JobRecord[]) => {
    const open = parents.filter(({ state }) => state !== "finished");
    if (open.length > 0) chains.set(child, open.map(({ id }) => id));
    for (const { id, state, onParentFailure } of open) {
      if (state === "blocked" && onParentFailure !== null && !chains.has(id)) next.push(id);
    }
  };
  if (parentIds === undefined) next.push(id);
  else if (parentIds.length > 0) follow(id, await store.getJobs({ ids: parentIds, payloads: false }));
  for (let child = next.pop(); child !== undefined; child = next.pop()) {
    const { waits, parents } = await store.getParents(child);
    if (waits) follow(child, parents);
  }
  return chains;
}
