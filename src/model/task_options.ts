/** What users say about how jobs run, and its stored form. */
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
import type { LostLeasePolicy } from "./states.ts";

/** How a job runs: what tasks, schedules and jobs can all say. The job wins over the schedule, then the task. */
export interface RunOptions {
  /** Higher ones are taken first. @default 0 */
  readonly priority?: number;
  /**
   * For each such time that a job has waited past its `runAt`, it counts as one priority higher, so that none waits for
   * ever behind more urgent ones. Null goes strictly by priority. @default { minutes: 10 }
   */
  readonly ageing?: DurationInput | null;
  /** How long one attempt may run; then its signal is aborted. Null is without limit. @default null */
  readonly timeout?: DurationInput | null;
  /** Whether and when a failed job is tried again. @default { maxAttempts: 1 } */
  readonly retry?: RetryOptions;
  /** Not started this long after its `runAt`, a job is not run at all. Null is without limit. @default null */
  readonly timeToLive?: DurationInput | null;
  /** How long finished jobs are kept. @default { success: { days: 1 }, other: { days: 14 } } */
  readonly retention?: RetentionOptions;
  /** Name of the executor that runs it; null is the scheduler's own. @default null */
  readonly executor?: string | null;
  /** What happens when its scheduler loses its lease while it runs. @default "retry" */
  readonly onLostLease?: LostLeasePolicy;
  /** After so many lost leases the job ends `abandoned`. @default 3 */
  readonly maxLostLeases?: number;
  /** What a scheduler must offer (its own `tags`) to run it, all of them. Read when a job is added. @default [] */
  readonly tags?: readonly string[];
}

/** How jobs of a task run, and how late they may be: what a scheduler's `defaults` can say. */
export interface DefaultOptions extends Omit<RunOptions, "retention"> {
  /** How long finished jobs are kept, and how many. @default { success: { days: 1 }, other: { days: 14 } } */
  readonly retention?: TaskRetentionOptions;
  /** How many of its jobs run at once, in all schedulers together; null is no limit. @default 1 */
  readonly maxRunningJobs?: number | null;
  /** How late a fire may be and still become a job; null is any time. @default null */
  readonly misfireGraceTime?: DurationInput | null;
}

/** What can be said about a task beside its name, schemas and function. */
export interface TaskOptions extends Omit<DefaultOptions, "retry"> {
  /** What it does, for people. @default none */
  readonly description?: string;
  /** Raise it when the shape of the input changes, and say in `migrate` how to bring older inputs along. @default 1 */
  readonly version?: number;
  /** JSON values for your own purposes. @default {} */
  readonly metadata?: Metadata;
  /** Whether and when a failed job is tried again. @default { maxAttempts: 1 } */
  readonly retry?: TaskRetryOptions;
  /** How jobs share slots by a key, such as a tenant. @default none */
  readonly concurrency?: ConcurrencyOptions;
  /** How many of its jobs start in any window of a length, in all schedulers together. @default no limit */
  readonly rateLimit?: RateLimitOptions;
}

/** The options of a task, checked and in stored form, with the functions that cannot be stored. */
export interface ResolvedTaskOptions {
  readonly description: string | null;
  readonly version: number;
  readonly metadata: Metadata;
  readonly overrides: RunOverrides;
  readonly backoff: BackoffFunction | undefined;
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Tells the key of a job from its input. */
  readonly concurrencyKey: ConcurrencyKey | undefined;
  /** Tells from its input what a job counts for. */
  readonly rateKey: RateKey | undefined;
}

/** The keys of {@linkcode RunOptions}. */
export const runOptionKeys = [
  "priority",
  "ageing",
  "timeout",
  "retry",
  "timeToLive",
  "retention",
  "executor",
  "onLostLease",
  "maxLostLeases",
  "tags",
] as const satisfies readonly (keyof RunOptions)[];

/** The keys of {@linkcode DefaultOptions}. */
export const defaultOptionKeys = [...runOptionKeys, "maxRunningJobs", "misfireGraceTime"] as const;

/** The keys of {@linkcode TaskOptions}. */
export const taskOptionKeys = [
  ...defaultOptionKeys,
  "description",
  "version",
  "metadata",
  "concurrency",
  "rateLimit",
] as const;

/**
 * Checks run options and gives their stored form: only what was said. Other keys are left alone. `where` names
 * the place in errors, `refuse` throws for what cannot be said there.
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

/** Checks the options of a task and gives their stored form. Other keys are left alone. Throws `invalidOption`. */
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
    description: description === undefined ? null : check.checkText(description, "description", where),
    version: version === undefined ? 1 : check.checkInteger(version, "version", where),
    metadata: metadata === undefined ? {} : check.checkMetadata(metadata, where),
    overrides,
    concurrencyKey: concurrency?.key,
    rateKey: rate?.key,
    backoff: typeof retry?.backoff === "function" ? retry.backoff : undefined,
    retryIf: retry?.retryIf,
  };
}

type Check = (value: unknown, option: string, where: string) => unknown;

/** How each option is checked, and the setting it becomes. `retry` is not here: it depends on who asks. */
const checks: Readonly<Record<Exclude<keyof DefaultOptions, "retry">, readonly [keyof RunSettings, Check]>> =
  {
    priority: ["priority", (value, _option, where) => check.checkPriority(value, where)],
    ageing: ["ageingMs", check.checkDurationOrNull],
    timeout: ["timeoutMs", check.checkDurationOrNull],
    timeToLive: ["timeToLiveMs", check.checkDurationOrNull],
    misfireGraceTime: ["misfireGraceTimeMs", check.checkDurationOrNull],
    maxRunningJobs: ["maxRunningJobs", check.checkLimit],
    retention: ["retention", checkRetention],
    executor: [
      "executor",
      (value, option, where) => value === null ? null : check.checkName(value, option, where),
    ],
    onLostLease: [
      "onLostLease",
      (value, option, where) => check.checkChoice(value, option, where, ["retry", "abandon"]),
    ],
    maxLostLeases: ["maxLostLeases", check.checkInteger],
    tags: ["tags", check.checkTags],
  };

const checkEntries = Object.entries(checks);

function resolveOverrides(options: object, where: string, functions: boolean): RunOverrides {
  const given = options as Readonly<Record<string, unknown>>;
  const overrides: Record<string, unknown> = {};
  for (const [option, [setting, checkOne]] of checkEntries) {
    if (given[option] !== undefined) overrides[setting] = checkOne(given[option], option, where);
  }
  if (given["retry"] !== undefined) overrides["retry"] = resolveRetry(given["retry"], where, functions);
  return overrides as RunOverrides;
}

/** How jobs of a batch task are put together for one call. */
export interface BatchOptions {
  /** How many jobs one call takes at the most. */
  readonly size: number;
  /**
   * How long the first job of a call waits for others before the function is called with fewer; at once, it
   * takes what is ready. @default { seconds: 0 }
   */
  readonly within?: DurationInput;
}

/** How jobs are put together, checked. */
export interface ResolvedBatch {
  readonly size: number;
  readonly withinMs: number;
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
