/**
 * The options for how jobs run. A new one is added here (its type and documentation, its check and the setting it
 * becomes) and in `settings.ts` (its stored form and default).
 */
import type { DurationInput } from "../time/duration.ts";
import {
  type ConcurrencyKey,
  type ConcurrencyOptions,
  type RateKey,
  type RateLimitOptions,
  resolveConcurrency,
  resolveRateLimit,
} from "./limit_options.ts";
import * as check from "./option_checks.ts";
import type { Metadata } from "./payload.ts";
import { checkRetention, type RetentionOptions, type TaskRetentionOptions } from "./retention_options.ts";
import {
  type BackoffFunction,
  resolveRetry,
  type RetryOptions,
  type TaskRetryOptions,
} from "./retry_options.ts";
import type { RunOverrides, RunSettings } from "./settings.ts";
import { lostLeasePolicies, type LostLeasePolicy } from "./states.ts";

/** The options of runs, for tasks, schedules and jobs. The job wins over the schedule, then the task. */
export interface RunOptions {
  /** Higher ones are taken first. @default 0 */
  readonly priority?: number;
  /**
   * For each such time that a job has waited past its `runAt`, it counts as one priority higher, so that none waits
   * indefinitely behind more urgent ones. Null goes strictly by priority. @default { minutes: 10 }
   */
  readonly ageing?: DurationInput | null;
  /** The time limit of one attempt, after which its signal is aborted. Null is without limit. @default null */
  readonly timeout?: DurationInput | null;
  /** Number and timing of attempts. @default { maxAttempts: 1 } */
  readonly retry?: RetryOptions;
  /** Not started this long after its `runAt`, a job is not run at all. Null is without limit. @default null */
  readonly timeToLive?: DurationInput | null;
  /** The time for which finished jobs are kept. @default { success: { days: 1 }, other: { days: 14 } } */
  readonly retention?: RetentionOptions;
  /** Name of the executor that runs it; null is the scheduler's own. @default null */
  readonly executor?: string | null;
  /** The policy when its scheduler loses its lease while it runs. @default "retry" */
  readonly onLostLease?: LostLeasePolicy;
  /** The number of lost leases after which the job ends `abandoned`. @default 3 */
  readonly maxLostLeases?: number;
  /**
   * The tags that a scheduler must offer (its own `tags`) to run it, all of them. Read when a job is added. @default
   * []
   */
  readonly tags?: readonly string[];
}

/** The options of runs in a scheduler's `defaults`. */
export interface DefaultOptions extends Omit<RunOptions, "retention"> {
  /**
   * The time for which finished jobs are kept, and their number. @default { success: { days: 1 }, other: { days: 14 }
   * }
   */
  readonly retention?: TaskRetentionOptions;
  /** The limit of its jobs that run at once, in all schedulers together; null is no limit. @default 1 */
  readonly maxRunningJobs?: number | null;
  /** The largest lateness of a fire that still becomes a job; null is any. @default null */
  readonly misfireGraceTime?: DurationInput | null;
}

/** The options of a task beside its name, schemas and function. */
export interface TaskOptions extends Omit<DefaultOptions, "retry"> {
  /** A description for people. @default none */
  readonly description?: string;
  /** Raise it when the shape of the input changes, and let `migrate` bring older inputs along. @default 1 */
  readonly version?: number;
  /** JSON values for your own purposes. @default {} */
  readonly metadata?: Metadata;
  /** Number and timing of attempts. @default { maxAttempts: 1 } */
  readonly retry?: TaskRetryOptions;
  /** The slots that jobs share by a key, such as a tenant. @default none */
  readonly concurrency?: ConcurrencyOptions;
  /** The limit of its jobs that start in any window of a length, in all schedulers together. @default no limit */
  readonly rateLimit?: RateLimitOptions;
}

/** The size of a call of a batch task. */
export interface BatchOptions {
  /** The largest number of jobs in one call. */
  readonly size: number;
  /**
   * The time for which the first job of a call waits for others before the function is called with fewer; at once, it
   * takes what is ready. @default { seconds: 0 }
   */
  readonly within?: DurationInput;
}

/** The checked options of a batch task. */
export interface ResolvedBatch {
  readonly size: number;
  readonly withinMs: number;
}

/** The options of a task, checked and in stored form, with the functions that cannot be stored. */
export interface ResolvedTaskOptions {
  readonly description: string | null;
  readonly version: number;
  readonly metadata: Metadata;
  readonly overrides: RunOverrides;
  readonly backoff: BackoffFunction | undefined;
  readonly retryIf: TaskRetryOptions["retryIf"] | undefined;
  /** Returns the concurrency key of a job from its input. */
  readonly concurrencyKey: ConcurrencyKey | undefined;
  /** Returns the rate key of a job from its input. */
  readonly rateKey: RateKey | undefined;
}

/** Checks one option. `functions`: the place may give functions, which cannot be stored. */
type Check = (value: unknown, option: string, where: string, functions: boolean) => unknown;

/** For each option the setting that it becomes, and its check. */
type Checks<Option extends string> = Readonly<Record<Option, readonly [keyof RunSettings, Check]>>;

const runChecks: Checks<keyof RunOptions> = {
  priority: ["priority", (value, _option, where) => check.checkPriority(value, where)],
  ageing: ["ageingMs", check.checkDurationOrNull],
  timeout: ["timeoutMs", check.checkDurationOrNull],
  retry: ["retry", (value, _option, where, functions) => resolveRetry(value, where, functions)],
  timeToLive: ["timeToLiveMs", check.checkDurationOrNull],
  retention: ["retention", checkRetention],
  executor: [
    "executor",
    (value, option, where) => value === null ? null : check.checkName(value, option, where),
  ],
  onLostLease: [
    "onLostLease",
    (value, option, where) => check.checkChoice(value, option, where, lostLeasePolicies),
  ],
  maxLostLeases: ["maxLostLeases", (value, option, where) => check.checkInteger(value, option, where)],
  tags: ["tags", check.checkTags],
};

const defaultChecks: Checks<keyof DefaultOptions> = {
  ...runChecks,
  maxRunningJobs: ["maxRunningJobs", check.checkLimit],
  misfireGraceTime: ["misfireGraceTimeMs", check.checkDurationOrNull],
};

/** The keys of {@linkcode RunOptions}. */
export const runOptionKeys = Object.keys(runChecks) as readonly (keyof RunOptions)[];

/** The keys of {@linkcode DefaultOptions}. */
export const defaultOptionKeys = Object.keys(defaultChecks) as readonly (keyof DefaultOptions)[];

/** The keys of {@linkcode TaskOptions}. */
export const taskOptionKeys = [
  ...defaultOptionKeys,
  "description",
  "version",
  "metadata",
  "concurrency",
  "rateLimit",
] as const satisfies readonly (keyof TaskOptions)[];

/**
 * Checks run options and returns their stored form: only what was given. Other keys are left alone. `where` names
 * the place in errors, `refuse` throws for what cannot be given there.
 *
 * Throws `invalidOption`; also for functions in `retry`, which only a task's code can have.
 */
export function resolveRunOptions(
  options: DefaultOptions,
  where: string,
  refuse?: (overrides: RunOverrides, where: string) => void,
): RunOverrides {
  const overrides = resolveOverrides(options, where, false);
  refuse?.(overrides, where);
  return overrides;
}

/** Checks the options of a task and returns their stored form. Other keys are left alone. Throws `invalidOption`. */
export function resolveTaskOptions(options: TaskOptions, where: string): ResolvedTaskOptions {
  const { description, version, metadata, retry } = options;
  const concurrency = options.concurrency && resolveConcurrency(options.concurrency, where);
  const rate = options.rateLimit && resolveRateLimit(options.rateLimit, where);
  const overrides = {
    ...resolveOverrides(options, where, true),
    ...(concurrency === undefined ? {} : { concurrency: concurrency.limit }),
    ...(rate === undefined ? {} : { rateLimit: rate.rate }),
  };
  return {
    description: description === undefined ? null : check.checkString(description, "description", where),
    version: version === undefined ? 1 : check.checkInteger(version, "version", where),
    metadata: metadata === undefined ? {} : check.checkMetadata(metadata, where),
    overrides,
    concurrencyKey: concurrency?.key,
    rateKey: rate?.key,
    backoff: typeof retry?.backoff === "function" ? retry.backoff : undefined,
    retryIf: retry?.retryIf,
  };
}

/** Checks an option `batch`. Throws `invalidOption`. */
export function resolveBatch(value: unknown, where: string): ResolvedBatch {
  if (typeof value !== "object" || value === null) {
    throw check.optionError("batch", where, "must be an object such as { size: 100 }", value);
  }
  check.refuseUnknownOptions(value, ["size", "within"], `'batch' of ${where}`);
  const { size, within } = value as Partial<BatchOptions>;
  return {
    size: check.checkInteger(size, "batch.size", where),
    withinMs: within === undefined ? 0 : check.checkDelay(within, "batch.within", where),
  };
}

const checkEntries = Object.entries(defaultChecks);

function resolveOverrides(options: object, where: string, functions: boolean): RunOverrides {
  const given = options as Readonly<Record<string, unknown>>;
  const overrides: Record<string, unknown> = {};
  for (const [option, [setting, checkOne]] of checkEntries) {
    const value = given[option];
    if (value !== undefined) overrides[setting] = checkOne(value, option, where, functions);
  }
  return overrides as RunOverrides;
}
