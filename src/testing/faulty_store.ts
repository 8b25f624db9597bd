import { CarillonError } from "../errors.ts";
import { lostLeaseTransition } from "../model/decisions.ts";
import * as check from "../model/option_checks.ts";
import { resolveRunSettings } from "../model/settings.ts";
import type { DataStore } from "../stores/data_store.ts";
import {
  endsIn,
  interceptStore,
  type StoreCall,
  type StoreOperation,
  storeOperations,
  type StoreResult,
} from "./intercept_store.ts";
import { chance } from "./kit/chance.ts";

/**
 * A fault in a call of the store.
 *
 * - `crashAfterClaim`: jobs were claimed, most often as they were added (then adding fails for its caller), and their
 *   scheduler is as good as dead before it runs them.
 * - `crashBeforeCommit`: a job ran, and its scheduler is as good as dead before the end is stored: it runs again.
 * - `loseLease`: the scheduler is considered dead before the call, and its work is taken over.
 * - `errorBefore`: the call fails and has done nothing.
 * - `errorAfter`: the call has done its work, and fails all the same.
 * - `deliverTwice`: the call reaches the store twice.
 */
export type Fault =
  | "crashAfterClaim"
  | "crashBeforeCommit"
  | "loseLease"
  | "errorBefore"
  | "errorAfter"
  | "deliverTwice";

/** A fault at a certain place. */
export interface PlannedFault {
  readonly fault: Fault;
  /**
   * Only at calls of this operation; a claim that takes ends of runs along counts as `endJobs` too.
   * @default the ones that the fault is about: `claimJobs` or `endJobs`
   */
  readonly on?: StoreOperation;
  /** Only at calls about jobs of this task (`claimJobs` by what it took, `addJobs`, `endJobs`). @default any */
  readonly task?: string;
  /** Number of calls before it that succeed. @default 0 */
  readonly after?: number;
  /** Number of times that it happens. @default 1 */
  readonly times?: number;
}

/** Options of {@linkcode faultyStore}: a plan, or a seed. */
export interface FaultyStoreOptions {
  /** The faults, and where they happen. @default [] */
  readonly plan?: readonly PlannedFault[];
  /** Random faults of all kinds; the same seed gives the same faults. @default none */
  readonly seed?: number;
  /** With a seed: percentage of calls that fail. @default 5 */
  readonly percent?: number;
}

/** A fault that happened. */
export interface InjectedFault {
  readonly fault: Fault;
  readonly on: StoreOperation;
}

/** A store that fails in the ways that stores fail in production. */
export interface FaultyStore extends DataStore {
  /** The faults so far, in order. */
  readonly faults: readonly InjectedFault[];
  /** Stops injecting faults. */
  heal(): void;
}

/**
 * Wraps a store so that chosen calls fail, to prove that handlers survive running twice and that callers survive errors.
 * For clocks that jump, use the test clock: `t.clock.jump()`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { memory, task } from "carillon";
 * import { faultyStore, testScheduler } from "carillon/testing";
 *
 * const paid = new Set<string>();
 * const pay = task({ name: "pay", run: (_input, { job }) => void paid.add(job.id) });
 * const store = faultyStore(memory(), { plan: [{ fault: "crashBeforeCommit", task: "pay" }] });
 * await using t = await testScheduler({ tasks: [pay], store });
 * await t.scheduler.addJob(pay);
 * await t.drain();
 * t.assertRan(pay, { times: 2 });
 * assert.equal(paid.size, 1);
 *
 * // Random, the same each time: about ten calls of a hundred fail.
 * console.assert(faultyStore(memory(), { seed: 7, percent: 10 }).faults.length === 0);
 * ```
 */
export function faultyStore(store: DataStore, options: FaultyStoreOptions): FaultyStore {
  checkOptions(options);
  const faults: InjectedFault[] = [];
  const chooser = new FaultChooser(options);
  const calls = new FaultyCalls(store);
  const faulty = interceptStore(store, async (call, proceed) => {
    for (const moment of momentsOf(call)) {
      const before = chooser.choose((planned) => calls.fits(planned, call, moment), moment);
      if (before === undefined) continue;
      faults.push({ fault: before, on: moment });
      return await calls.wrong(before, call, proceed);
    }
    const result = await calls.well(call, proceed);
    const claims = call.name === "claimJobs" || call.name === "addJobs";
    const tasks = claims ? (result as StoreResult<"claimJobs">).claimed.map((job) => job.taskName) : [];
    const after = tasks.length === 0
      ? undefined
      : chooser.choose((planned) => fitsClaim(planned, tasks), "claimed");
    if (after === undefined) return result;
    faults.push({ fault: after, on: call.name });
    return await calls.crash(call);
  });
  return Object.assign(Object.create(faulty) as FaultyStore, { faults, heal: () => chooser.heal() });
}

/** Refuses faults that could never happen: a test without its faults proves nothing. */
function checkOptions(options: FaultyStoreOptions): void {
  const where = "faultyStore";
  check.refuseUnknownOptions(options, ["plan", "seed", "percent"], where);
  const { plan = [], seed, percent } = options;
  if (seed !== undefined) check.checkInteger(seed, "seed", where, 0);
  if (percent !== undefined) check.checkNumber(percent, "percent", where, 0, 100);
  for (const planned of plan) {
    check.refuseUnknownOptions(planned, ["fault", "on", "task", "after", "times"], where);
    check.checkChoice(planned.fault, "fault", where, Object.keys(usual));
    if (planned.on !== undefined) check.checkChoice(planned.on, "on", where, storeOperations);
    if (planned.after !== undefined) check.checkInteger(planned.after, "after", where, 0);
    if (planned.times !== undefined) check.checkInteger(planned.times, "times", where);
  }
}

/** Where a fault can happen: at a call, or once a call has claimed jobs. */
type Moment = StoreOperation | "claimed";

/** The operations of a call: a claim with ends in it also ends runs. */
function momentsOf(call: StoreCall): readonly StoreOperation[] {
  return call.name === "claimJobs" && endsIn(call).length > 0 ? ["endJobs", "claimJobs"] : [call.name];
}

function fitsClaim({ fault, task }: PlannedFault, claimed: readonly string[]): boolean {
  return fault === "crashAfterClaim" && (task === undefined || claimed.includes(task));
}

/** The operations that a fault applies to by default. */
const usual: Readonly<Record<Fault, readonly Moment[]>> = {
  crashAfterClaim: ["claimed"],
  crashBeforeCommit: ["endJobs"],
  loseLease: ["endJobs", "claimJobs"],
  errorBefore: ["addJobs", "claimJobs", "endJobs", "advanceSchedules", "heartbeat"],
  errorAfter: ["addJobs", "claimJobs", "endJobs", "advanceSchedules", "heartbeat"],
  deliverTwice: ["addJobs", "claimJobs", "endJobs", "advanceSchedules", "heartbeat"],
};

/** Decides which call fails. */
class FaultChooser {
  #left: { readonly planned: PlannedFault; after: number; times: number }[];
  #random: (() => number) | undefined;
  readonly #share: number;

  constructor({ plan = [], seed, percent = 5 }: FaultyStoreOptions) {
    this.#left = plan.map((planned) => ({ planned, after: planned.after ?? 0, times: planned.times ?? 1 }));
    this.#random = seed === undefined ? undefined : chance(seed);
    this.#share = percent / 100;
  }

  heal(): void {
    this.#left = [];
    this.#random = undefined;
  }

  choose(fits: (planned: PlannedFault) => boolean, moment: Moment): Fault | undefined {
    for (const entry of this.#left) {
      if (entry.times <= 0 || !fits(entry.planned)) continue;
      if (entry.after-- > 0) continue;
      entry.times--;
      return entry.planned.fault;
    }
    return this.#byChance(moment);
  }

  #byChance(moment: Moment): Fault | undefined {
    if (this.#random === undefined || this.#random() >= this.#share) return undefined;
    const fitting = (Object.keys(usual) as Fault[]).filter((fault) => usual[fault].includes(moment));
    return fitting[Math.floor(this.#random() * fitting.length)];
  }
}

/** Makes calls that succeed or fail. */
class FaultyCalls {
  readonly #store: DataStore;
  /** The task of each job that was claimed, by row. */
  readonly #taskOf = new Map<number, string>();

  constructor(store: DataStore) {
    this.#store = store;
  }

  fits({ fault, on, task }: PlannedFault, call: StoreCall, moment: StoreOperation): boolean {
    if (fault === "crashAfterClaim") return false;
    const here = on === undefined ? usual[fault].includes(moment) : on === moment;
    return here && (task === undefined || this.#isAbout(call, moment, task));
  }

  #isAbout(call: StoreCall, moment: Moment, task: string): boolean {
    if (moment === "endJobs") return endsIn(call).some(({ fence }) => this.#taskOf.get(fence.seq) === task);
    if (call.name === "claimJobs") return call.args[0].tasks.some(({ name }) => name === task);
    return call.name === "addJobs" && call.args[0].some((job) => job.taskName === task);
  }

  async well(call: StoreCall, proceed: () => Promise<unknown>): Promise<unknown> {
    const result = await proceed();
    if (call.name === "claimJobs" || call.name === "addJobs") {
      const { claimed } = result as StoreResult<"claimJobs">;
      for (const job of claimed) this.#taskOf.set(job.seq, job.taskName);
    }
    return result;
  }

  async wrong(fault: Fault, call: StoreCall, proceed: () => Promise<unknown>): Promise<unknown> {
    switch (fault) {
      case "errorBefore":
        throw unavailable(call, "nothing was done");
      case "errorAfter":
        await this.well(call, proceed);
        throw unavailable(call, "its result was lost");
      case "deliverTwice": {
        const result = await this.well(call, proceed);
        await this.well(call, proceed);
        return result;
      }
      case "crashAfterClaim":
        await this.well(call, proceed);
        return await this.crash(call);
      case "crashBeforeCommit":
      case "loseLease":
        await this.#takeOver(incarnationOf(call));
        return await this.well(call, proceed);
    }
  }

  /** Treats the caller as dead: its work is taken over, and its call fails. */
  async crash(call: StoreCall): Promise<never> {
    await this.#takeOver(incarnationOf(call));
    throw unavailable(call, "the scheduler is as good as dead");
  }

  /** Does what other schedulers do after one has died. */
  async #takeOver(incarnation: number | undefined): Promise<void> {
    const store = this.#store;
    const gone = (await store.getSchedulers()).find((one) => one.incarnation === incarnation);
    if (gone === undefined) return;
    const tasks = new Map((await store.getTasks()).map((task) => [task.name, task]));
    const jobs = await store.getJobs({ owner: gone.incarnation, states: ["running"] });
    const endings = jobs.map((job) => {
      const task = tasks.get(job.taskName);
      const settings = resolveRunSettings(job.overrides, task?.overrides, task?.settings);
      const fence = { seq: job.seq, incarnation: gone.incarnation, claimNumber: job.claimNumber };
      return { fence, transition: lostLeaseTransition(job, settings) };
    });
    await store.takeOver(gone.incarnation, gone.leaseUntilMs, endings);
  }
}

function incarnationOf(call: StoreCall): number | undefined {
  if (call.name === "claimJobs") return call.args[0].incarnation;
  if (call.name === "addJobs") return call.args[1]?.incarnation;
  if (call.name === "heartbeat") return call.args[0];
  return endsIn(call)[0]?.fence.incarnation;
}

function unavailable(call: StoreCall, why: string): CarillonError {
  const message = `The test made ${call.name} of the store fail: ${why}`;
  return new CarillonError("storeUnavailable", message, { retryable: true });
}
