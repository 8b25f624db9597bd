/**
 * The port of data stores. A store moves data; what is claimable, over or missed is decided by the rules in
 * `model/decisions.ts`, which the memory store calls and the SQL restates.
 *
 * Guarantees every store keeps (the exported conformance suite holds them to it):
 * - **One call is one atomic step.** It happens whole or not at all, and has happened durably when its promise
 *   resolves. No call needs another one to leave the store consistent.
 * - **Repeatable.** A call that is sent twice because its answer was lost does nothing the second time: ids
 *   come from the caller, writes about schedules compare versions, writes about runs compare the fence.
 * - **Time is the store's.** Comparisons use the store's clock; results carry it as `nowMs`.
 * - **Nothing is dropped for being unreadable.** Such a row is returned with `undecodable` set.
 * - **Never reused.** Incarnations, row identities (`seq`) and versions only grow, also across removals.
 *
 * Implemented by `MemoryStore` (`memory.ts`) and `makeLibsqlStore` (`libsql/libsql_store.ts`, with the SQL in `sqlite/`).
 *
 * Stores never publish events and never log what they did: the gateway above them does.
 */
import type { JobTransaction } from "../model/job_transaction.ts";
import type { Clock } from "../time/clock.ts";
import type { CalendarStore, ScheduleStore } from "./schedule_store.ts";
import type { ChangeStore } from "./change_store.ts";
import type { JobHistoryStore, JobStore, TransactionStore } from "./job_store.ts";
import type { ReadStore } from "./read_store.ts";
import type { SchedulerStore } from "./scheduler_store.ts";
import type { TaskStore } from "./task_store.ts";

/** The surroundings that a store is opened in. */
export interface StoreContext {
  /** The scheduler's clock. A store with a clock of its own uses it only when it is not the system's. */
  readonly clock: Clock;
}

/** The abilities of a store, declared once instead of asked by name. */
export interface StoreCapabilities {
  /** Rows are still there after the process has ended. */
  readonly durable: boolean;
  /** Other processes can use the same data. */
  readonly shared: boolean;
  /** Largest input or result that it holds, in bytes. @default no limit of its own */
  readonly maxPayloadBytes?: number;
}

/** Where tasks, schedules, jobs and results live. */
export interface DataStore
  extends TaskStore, ScheduleStore, JobStore, JobHistoryStore, SchedulerStore, CalendarStore, ChangeStore {
  /** Its kind, for people: `memory`, `libsql`. */
  readonly kind: string;
  /** Its location, for people, without secrets: `file:carillon.db`. */
  readonly location: string;
  readonly capabilities: StoreCapabilities;
  /** A copy of the data nearby, for what people look at. @default none, the store itself */
  readonly replica?: ReadStore;
  /**
   * Opens it: makes or migrates tables. Several schedulers may open one store object; it is counted.
   * Until then, and after the last `close`, every other call but `watch` fails with `storeClosed`.
   * Throws `storeUnavailable`, `storeReadOnly`, `storeCorrupt`, `storeNewerSchema` or `storeBusy`.
   */
  open(context: StoreContext): Promise<void>;
  /** Takes one `open` back; the last one lets go of the connection. What the caller made stays open. */
  close(): Promise<void>;
  /** The store's clock. */
  nowMs(): Promise<number>;
  /**
   * Calls back after another user of the store (another process, another scheduler that opened this object)
   * has or may have changed something, and after the end of a run has let jobs continue that waited for it. Returns how
   * to stop that.
   */
  watch(listener: () => void): () => void;
  /**
   * The operations within a transaction of the caller's. They are not published as events, as it may never be
   * committed. Throws `invalidOption` where the store cannot, or for what is no transaction of its database.
   */
  within(transaction: JobTransaction): Promise<TransactionStore>;
  /**
   * Deletes up to `limit` finished jobs that have expired, first to expire first; of each task up to `limit` of those
   * that are more than it keeps (`keptJobs`; counted are those that finished while it did), first to finish first; then
   * up to `limit` finished schedules of generated ids without jobs, in order of adding.
   */
  prune(limit: number): Promise<PruneAnswer>;
}

/** The rows that a call of `prune` deleted. */
export interface PruneAnswer {
  readonly jobs: number;
  readonly schedules: readonly string[];
}
