import { tryCurrentJob } from "../../context/current_job.ts";
import { tryCurrentSchedulerObject } from "../../context/current_frame.ts";
import { taskLimit } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { ParentChains, WaitGraph } from "./wait_graph.ts";

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
  else if (parentIds.length > 0) follow(id, await store.getJobs({ ids: parentIds }));
  for (let child = next.pop(); child !== undefined; child = next.pop()) {
    const { waits, parents } = await store.getParents(child);
    if (waits) follow(child, parents);
  }
  return chains;
}
