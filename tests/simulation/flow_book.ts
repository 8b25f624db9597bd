import type { ParentFailurePolicy } from "../../src/model/states.ts";
import type { BookedJob } from "./booked_job.ts";
import type { Violations } from "./violations.ts";

/** The parents of a job. */
interface Link {
  readonly parents: readonly BookedJob[];
  readonly policy: ParentFailurePolicy;
  /** True if it waits for them now. */
  waits: boolean;
}

/** The result of a parent as its child gets it. */
export interface ToldParent {
  readonly id: string;
  readonly outcome: string;
}

/** A second account of who waits for whom. */
export class FlowBook {
  readonly #links = new Map<BookedJob, Link>();
  readonly #children = new Map<BookedJob, BookedJob[]>();
  /** Jobs that were retried or removed by hand: their children may have been told something else. */
  readonly #touched = new Set<BookedJob>();
  /** Jobs that are over since the last settling. */
  #ended: BookedJob[] = [];
  readonly #violations: Violations;
  readonly #cancel: (job: BookedJob, storeMs: number) => void;

  /** `cancel` ends a job whose parent did not succeed. */
  constructor(violations: Violations, cancel: (job: BookedJob, storeMs: number) => void) {
    this.#violations = violations;
    this.#cancel = cancel;
  }

  /** A job was stored that is to wait for others. */
  added(job: BookedJob, parents: readonly BookedJob[], policy: ParentFailurePolicy, storeMs: number): void {
    for (const parent of parents) {
      const children = this.#children.get(parent) ?? [];
      this.#children.set(parent, children);
      children.push(job);
    }
    this.#links.set(job, { parents, policy, waits: parents.some((parent) => !isOver(parent)) });
    if (policy === "cascade" && parents.some(failed)) this.#cancel(job, storeMs);
    this.settle(storeMs);
  }

  /** A job is over; whoever waits for it is settled with the step. */
  ended(job: BookedJob): void {
    this.#ended.push(job);
  }

  /** The step is done: who waits for what is over ends with it or may go on. */
  settle(storeMs: number): void {
    const candidates = new Set<BookedJob>();
    for (let job = this.#ended.pop(); job !== undefined; job = this.#ended.pop()) {
      for (const child of this.#children.get(job) ?? []) {
        const link = this.#links.get(child)!;
        if (!link.waits || child.state !== "waiting") continue;
        candidates.add(child);
        if (link.policy === "cascade" && failed(job)) this.#cancel(child, storeMs);
      }
    }
    for (const child of candidates) {
      const link = this.#links.get(child)!;
      if (link.parents.every(isOver)) link.waits = false;
    }
  }

  /** Jobs were made ready by hand, in one step. */
  retried(jobs: readonly BookedJob[]): void {
    for (const job of jobs) {
      this.#touched.add(job);
      const link = this.#links.get(job);
      if (link) link.waits = link.parents.some((parent) => !isOver(parent));
    }
  }

  /** A job was removed. */
  removed(job: BookedJob): void {
    this.#touched.add(job);
  }

  /** True if a job must not run yet. */
  waits(job: BookedJob): boolean {
    return this.#links.get(job)?.waits ?? false;
  }

  /** True if a caller still waits for the end of a job. */
  isNeeded(job: BookedJob): boolean {
    const children = this.#children.get(job) ?? [];
    return children.some(({ state }) => state !== "finished" && state !== "removed");
  }

  /** A function was told of its parents. */
  told(job: BookedJob | undefined, parents: readonly ToldParent[]): void {
    const link = job && this.#links.get(job);
    if (link && [job, ...link.parents].some((one) => this.#touched.has(one))) return;
    const text = (all: readonly { readonly id: string; readonly outcome: string | undefined }[]) =>
      all.map(({ id, outcome }) => `${id} ${outcome}`).join();
    const [is, should] = [text(parents), text(link?.parents ?? [])];
    this.#violations.unless(is === should, () => `job ${job?.id} is told of '${is}', not '${should}'`);
  }
}

function isOver({ state }: BookedJob): boolean {
  return state === "finished" || state === "removed";
}

/** True if a job has finished and did not succeed; one that was removed before it ended did not. */
function failed(job: BookedJob): boolean {
  return isOver(job) && job.outcome !== "success";
}
