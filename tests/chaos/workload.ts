/** The workload of a chaos run and its limits, shared by the processes and the checker. */

/** Time for which a process may be silent before the others take over its work. */
export const CHAOS_LEASE_MS = 1500;

/** For how long the event loop of a process must stand still for its journal to say so. */
export const STOOD_MS = 400;

/** Schedules. Every fire of them becomes a job, but where only the latest is wanted; it is counted all the same. */
export const CHAOS_SCHEDULES = [
  { id: "often", everyMs: 300, workMs: 60, coalesce: "all", limit: null },
  { id: "alone", everyMs: 900, workMs: 60, coalesce: "all", limit: 1 },
  { id: "in pairs", everyMs: 1300, workMs: 300, coalesce: "all", limit: 2 },
  { id: "latest", everyMs: 110, workMs: 40, coalesce: "latest", limit: null },
] as const;

/** Number of jobs of a task that run at once in the whole cluster. */
export const TASK_LIMITS: Readonly<Record<string, number | null>> = {
  scheduled: 5,
  keyed: null,
  inOrder: null,
  flaky: 3,
  hanging: 3,
  later: 3,
  ranked: 1,
  once: 2,
  awaited: 3,
};

/** Number of jobs of one key that run at once. */
export const KEY_LIMITS: Readonly<Record<string, number>> = { keyed: 2, inOrder: 1 };

/** Number of attempts of a job of `flaky`. */
export const FLAKY_ATTEMPTS = 3;

/** Time limit of a job of `hanging`. */
export const HANGING_TIMEOUT_MS = 120;
