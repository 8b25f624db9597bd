/** How long a process may be silent before the others take its work. */
export const CHAOS_LEASE_MS = 1000;

/** What the processes do: how often, how many at once in the whole cluster, and for how long at the most. */
export const CHAOS_SCHEDULES = [
  { name: "often", everyMs: 50, limit: 4, workMs: 100 },
  { name: "alone", everyMs: 200, limit: 1, workMs: 200 },
  { name: "slow", everyMs: 500, limit: 2, workMs: 1500 },
] as const;
