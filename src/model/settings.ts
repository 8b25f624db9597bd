import type { LostLeasePolicy } from "./states.ts";

/** How long to wait before the next attempt, as stored. */
export interface StoredBackoff {
  /** `fixed` waits `baseMs` each time; `exponential` multiplies by `factor` each time; `custom` asks the task's function. */
  readonly kind: "fixed" | "exponential" | "custom";
  readonly baseMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** Part of the wait that is random, 0 to 1; it only ever adds. */
  readonly jitter: number;
}

/** How often and when a failed job is tried again, as stored. */
export interface StoredRetry {
  readonly maxAttempts: number;
  readonly backoff: StoredBackoff;
}

/** How many jobs with the same key run at once, as stored. */
export interface StoredConcurrency {
  readonly max: number;
  /** One at a time in order of adding: an unfinished job holds back all that were added after it. */
  readonly fifo: boolean;
}

/** How many jobs of a task start in any window of a length, as stored. */
export interface StoredRate {
  readonly limit: number;
  readonly perMs: number;
  /** Whether jobs count by their `rateKey`; otherwise all jobs of the task count together. Only its code says so. */
  readonly keyed: boolean;
}

/** How long finished jobs are kept, as stored; null is for ever. */
export interface StoredRetention {
  readonly successMs: number | null;
  readonly otherMs: number | null;
  /** How many successful jobs of a task are kept at the most; a matter of tasks alone. */
  readonly maxSuccess?: number;
  /** How many jobs of a task with any other outcome are kept at the most; a matter of tasks alone. */
  readonly maxOther?: number;
}

/**
 * How jobs of a task run. Complete once resolved; as an override on a schedule or job only what was given.
 * `null` says "none", a missing key says "not given": the next level decides.
 */
export interface RunSettings {
  readonly maxRunningJobs: number | null;
  readonly misfireGraceTimeMs: number | null;
  readonly timeToLiveMs: number | null;
  readonly timeoutMs: number | null;
  readonly priority: number;
  /** Waiting so long past its `runAt` counts as one more priority; null is never. */
  readonly ageingMs: number | null;
  readonly retry: StoredRetry;
  readonly retention: StoredRetention;
  readonly onLostLease: LostLeasePolicy;
  readonly maxLostLeases: number;
  readonly executor: string | null;
  /** What a scheduler must offer to run them: sorted, each once. */
  readonly tags: readonly string[];
  /** The limit of jobs with the same key; a matter of tasks alone. */
  readonly concurrency: StoredConcurrency | null;
  /** How many jobs start in any window of a length; a matter of tasks alone. */
  readonly rateLimit: StoredRate | null;
  /** How many jobs one call takes, of which `maxRunningJobs` then counts; null is no batch task. A matter of its code alone. */
  readonly batchSize: number | null;
}

/** Settings given at one level; the missing ones come from the next. */
export type RunOverrides = Partial<RunSettings>;

/** The defaults table: what holds where nobody said anything. */
export const defaultRunSettings: RunSettings = {
  maxRunningJobs: 1,
  misfireGraceTimeMs: null,
  timeToLiveMs: null,
  timeoutMs: null,
  priority: 0,
  ageingMs: 600_000,
  retry: {
    maxAttempts: 1,
    backoff: { kind: "exponential", baseMs: 1000, factor: 2, capMs: 3_600_000, jitter: 0.1 },
  },
  retention: { successMs: 86_400_000, otherMs: 14 * 86_400_000 },
  onLostLease: "retry",
  maxLostLeases: 3,
  executor: null,
  tags: [],
  concurrency: null,
  rateLimit: null,
  batchSize: null,
};

/** Merges levels of settings, the first one that says something wins, over the defaults table. */
export function resolveRunSettings(...levels: readonly (RunOverrides | undefined)[]): RunSettings {
  const resolved: Record<string, unknown> = { ...defaultRunSettings };
  // Most levels say nothing: going through what they say is faster than asking each for every setting.
  for (let i = levels.length - 1; i >= 0; i--) {
    const level = levels[i] as Readonly<Record<string, unknown>> | undefined;
    for (const name in level) {
      if (level[name] !== undefined && name in defaultRunSettings) resolved[name] = level[name];
    }
  }
  return resolved as unknown as RunSettings;
}

/** Merges levels of settings into one level, the first one that says something wins. */
export function mergeOverrides(...levels: readonly (RunOverrides | undefined)[]): RunOverrides {
  const merged: Record<string, unknown> = {};
  for (const level of levels) {
    for (const [key, value] of Object.entries(level ?? {})) {
      if (value !== undefined && !(key in merged)) merged[key] = value;
    }
  }
  return merged as RunOverrides;
}
