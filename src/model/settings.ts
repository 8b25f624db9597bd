/** The settings of a run as they are stored, and their defaults. `task_options.ts` has the options they come from. */
import type { StoredConcurrency, StoredRate } from "./limit_options.ts";
import { defaultRetention, type StoredRetention } from "./retention_options.ts";
import { defaultRetry, type StoredRetry } from "./retry_options.ts";
import type { LostLeasePolicy } from "./states.ts";

/**
 * The settings of runs. Complete once resolved; as an override on a schedule or job only what was given.
 * `null` means "none", a missing key "not given": the next level decides.
 */
export interface RunSettings {
  readonly maxRunningJobs: number | null;
  readonly misfireGraceTimeMs: number | null;
  readonly timeToLiveMs: number | null;
  readonly timeoutMs: number | null;
  readonly priority: number;
  /** Waiting this long past its `runAt` counts as one more priority; null is never. */
  readonly ageingMs: number | null;
  readonly retry: StoredRetry;
  readonly retention: StoredRetention;
  readonly onLostLease: LostLeasePolicy;
  readonly maxLostLeases: number;
  readonly executor: string | null;
  /** The tags that a scheduler must offer to run them: sorted, each once. */
  readonly tags: readonly string[];
  /** The limit of jobs with the same key; for tasks only. */
  readonly concurrency: StoredConcurrency | null;
  /** The limit of jobs that start in any window of a length; for tasks only. */
  readonly rateLimit: StoredRate | null;
  /**
   * Number of jobs in one call, of which `maxRunningJobs` then counts; null is no batch task. Only the code sets it.
   */
  readonly batchSize: number | null;
}

/** The settings that a job carries in its own row, because they decide when and where it is taken. */
export const rowSettingNames = [
  "priority",
  "ageingMs",
  "tags",
] as const satisfies readonly (keyof RunSettings)[];

/** The settings of {@linkcode rowSettingNames}. */
export type RowSettings = Pick<RunSettings, typeof rowSettingNames[number]>;

/** Returns those of these settings that a job carries in its row. */
export function rowSettings(settings: RowSettings): RowSettings {
  const own: { [name: string]: unknown } = {};
  for (const name of rowSettingNames) own[name] = settings[name];
  return own as unknown as RowSettings;
}

/** Settings given at one level; the missing ones come from the next. */
export type RunOverrides = Partial<RunSettings>;

/** The defaults table: the settings that apply where none are given. */
export const defaultRunSettings: RunSettings = {
  maxRunningJobs: 1,
  misfireGraceTimeMs: null,
  timeToLiveMs: null,
  timeoutMs: null,
  priority: 0,
  ageingMs: 600_000,
  retry: defaultRetry,
  retention: defaultRetention,
  onLostLease: "retry",
  maxLostLeases: 3,
  executor: null,
  tags: [],
  concurrency: null,
  rateLimit: null,
  batchSize: null,
};

/** Merges levels of settings over the defaults table; the first level that gives a setting wins. */
export function resolveRunSettings(...levels: readonly (RunOverrides | undefined)[]): RunSettings {
  const resolved: Record<string, unknown> = { ...defaultRunSettings };
  // Most levels give nothing: going through what they give is faster than asking each for every setting.
  for (let i = levels.length - 1; i >= 0; i--) {
    const level = levels[i] as Readonly<Record<string, unknown>> | undefined;
    for (const name in level) {
      if (level[name] !== undefined && name in defaultRunSettings) resolved[name] = level[name];
    }
  }
  return resolved as unknown as RunSettings;
}

/** Merges levels of settings into one; the first level that gives a setting wins. */
export function mergeOverrides(...levels: readonly (RunOverrides | undefined)[]): RunOverrides {
  const merged: Record<string, unknown> = {};
  for (const level of levels) {
    for (const [key, value] of Object.entries(level ?? {})) {
      if (value !== undefined && !(key in merged)) merged[key] = value;
    }
  }
  return merged as RunOverrides;
}
