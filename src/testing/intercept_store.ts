import type { JobEnding } from "../model/job_record.ts";
import type { DataStore } from "../stores/data_store.ts";

/** The operations of a data store: the calls that may fail, be slow or get lost. */
export const storeOperations = [
  "prune",
  "readChanges",
  "pruneChanges",
  "putTasks",
  "getTasks",
  "updateTask",
  "removeTask",
  "getRateUse",
  "getSchedules",
  "writeSchedules",
  "dueSchedules",
  "advanceSchedules",
  "getFireTimes",
  "replanSchedules",
  "addJobs",
  "claimJobs",
  "endJobs",
  "putProgress",
  "getJobs",
  "countJobs",
  "getParents",
  "cancelJobs",
  "updateJob",
  "retryJobs",
  "removeJobs",
  "registerScheduler",
  "updateSchedulerTasks",
  "heartbeat",
  "unregisterScheduler",
  "getSchedulers",
  "takeOver",
  "getOrphanedIncarnations",
  "nowMs",
  "putCalendar",
  "getCalendars",
  "getFact",
  "putFact",
] as const satisfies readonly (keyof DataStore)[];

/** The name of an operation of a data store. */
export type StoreOperation = typeof storeOperations[number];

/** One call of a data store, discriminated by its operation. */
export type StoreCall = {
  [Name in StoreOperation]: { readonly name: Name; readonly args: Parameters<DataStore[Name]> };
}[StoreOperation];

/** The result of a store's operation. */
export type StoreResult<Name extends StoreOperation> = Awaited<ReturnType<DataStore[Name]>>;

/** Stands between a store and its callers. `proceed` makes the call, each time it is called. */
export type StoreInterceptor = (call: StoreCall, proceed: () => Promise<unknown>) => Promise<unknown>;

const operations: ReadonlySet<string> = new Set(storeOperations);

/** A store whose operations all go through `intercept`; its other members stay as they are. */
export function interceptStore<Store extends DataStore>(store: Store, intercept: StoreInterceptor): Store {
  const made = new Map<string | symbol, unknown>();
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (!made.has(key)) made.set(key, wrapped(target, key, value as Operation, intercept));
      return made.get(key);
    },
  });
}

/** The ends of runs that a call writes: those of `endJobs`, or those passed to a claim. */
export function endsIn(call: StoreCall): readonly JobEnding[] {
  if (call.name === "endJobs") return call.args[0];
  return call.name === "claimJobs" ? call.args[1] ?? [] : [];
}

/** The ends of runs that a call has written, according to its result. */
export function endsHeld(call: StoreCall, result: unknown): readonly JobEnding[] {
  const held = call.name === "claimJobs"
    ? (result as StoreResult<"claimJobs">).held
    : result as StoreResult<"endJobs">;
  return endsIn(call).filter((_, index) => held[index]);
}

type Operation = (...args: unknown[]) => Promise<unknown>;

function wrapped(target: DataStore, key: string | symbol, value: Operation, intercept: StoreInterceptor) {
  if (!operations.has(String(key))) return value.bind(target);
  return (...args: unknown[]) =>
    intercept({ name: key, args } as unknown as StoreCall, () => value.apply(target, args));
}
