/** The options of a job that is added directly, and their stored form. */
import { messageOf } from "../errors.ts";
import type { DurationInput } from "../time/duration.ts";
import { epochMsOf, type MomentInput } from "../time/moment.ts";
import { checkConcurrencyKey, checkRateKey } from "./limit_options.ts";
import {
  identityOptionKeys,
  type IdentityOptions,
  type ResolvedIdentity,
  resolveIdentity,
} from "./identity_options.ts";
import type { JobParents } from "./job_record.ts";
import type { JobTransaction } from "./job_transaction.ts";
import * as check from "./option_checks.ts";
import { parentOptionKeys, type ParentOptions, resolveParents } from "./parents.ts";
import type { Metadata } from "./payload.ts";
import type { RunOverrides } from "./settings.ts";
import { refuseCounts } from "./retention_options.ts";
import { resolveRunOptions, runOptionKeys, type RunOptions } from "./task_options.ts";

/** The options of a job that is added directly. */
export interface JobOptions extends RunOptions, IdentityOptions, ParentOptions {
  /** Its id; adding the same id again adds nothing. @default a generated, time-ordered one */
  readonly id?: string;
  /** Not before this long from now, by the store's clock. @default at once */
  readonly delay?: DurationInput;
  /** Not before this instant; without an offset it is local to the scheduler's zone. @default at once */
  readonly runAt?: MomentInput;
  /**
   * The key by which it shares slots with other jobs of its task. @default the result of the task's `concurrency.key`
   */
  readonly concurrencyKey?: string;
  /** The key that its starts count for. @default the result of the task's `rateLimit.key` */
  readonly rateKey?: string;
  /** JSON values for your own purposes. @default {} */
  readonly metadata?: Metadata;
  /** Alias of the store, where the scheduler has several. @default "main" */
  readonly store?: string;
  /**
   * A transaction of yours on the database of the store: the job exists once you have committed it, and never did if
   * you roll it back. @default one of its own
   */
  readonly transaction?: JobTransaction;
}

/** The keys of {@linkcode JobOptions}. */
export const jobOptionKeys = [
  ...identityOptionKeys,
  ...parentOptionKeys,
  ...runOptionKeys,
  "id",
  "delay",
  "runAt",
  "concurrencyKey",
  "rateKey",
  "metadata",
  "store",
  "transaction",
] as const;

/** The checked options of a job. */
export interface ResolvedJobOptions {
  readonly id: string | undefined;
  /** To be added to the store's now; 0 is at once. */
  readonly delayMs: number;
  /** The instant given; null when there was none. */
  readonly runAtMs: number | null;
  /** The key given; null when there was none. */
  readonly concurrencyKey: string | null;
  /** The key of its rate given; null when there was none. */
  readonly rateKey: string | null;
  readonly identity: ResolvedIdentity | undefined;
  readonly parents: JobParents | undefined;
  readonly metadata: Metadata;
  readonly store: string | undefined;
  readonly transaction: JobTransaction | undefined;
  /** Settings given on the job, its priority too. */
  readonly overrides: RunOverrides;
}

/** The metadata where none is given; shared, so that uniform jobs are recognized cheaply. */
const noMetadata: Metadata = Object.freeze({});

/** The options where none were given. */
export const noJobOptions: ResolvedJobOptions = Object.freeze({
  id: undefined,
  delayMs: 0,
  runAtMs: null,
  concurrencyKey: null,
  rateKey: null,
  identity: undefined,
  parents: undefined,
  metadata: noMetadata,
  store: undefined,
  transaction: undefined,
  overrides: Object.freeze({}),
});

/**
 * Checks all options of a job, also for unknown keys. `where` names the place in errors; `timeZone`
 * is the zone of a `runAt` without an offset.
 *
 * Throws `invalidOption`.
 */
export function resolveJobOptions(options: JobOptions, where: string, timeZone = "UTC"): ResolvedJobOptions {
  check.refuseUnknownOptions(options, jobOptionKeys, where);
  const { id, delay, runAt, concurrencyKey, rateKey, metadata, store, transaction } = options;
  if (delay !== undefined && runAt !== undefined) {
    throw check.optionError("delay", where, "cannot go with 'runAt': give one of the two", delay);
  }
  const parents = resolveParents(options, where);
  for (const other of ["debounce", "transaction"] as const) {
    if (parents === undefined || options[other] === undefined) continue;
    throw check.optionError("after", where, `cannot go with '${other}': give one of the two`, options.after);
  }
  return {
    id: id === undefined ? undefined : check.checkName(id, "id", where),
    delayMs: delay === undefined ? 0 : check.checkDelay(delay, "delay", where),
    runAtMs: runAt === undefined ? null : instantMs(runAt, where, timeZone),
    concurrencyKey: concurrencyKey === undefined ? null : checkConcurrencyKey(concurrencyKey, where),
    rateKey: rateKey === undefined ? null : checkRateKey(rateKey, where),
    identity: resolveIdentity(options, where),
    parents,
    metadata: metadata === undefined ? noMetadata : check.checkMetadata(metadata, where),
    store: store === undefined ? undefined : check.checkName(store, "store", where),
    transaction: transaction === undefined ? undefined : checkTransaction(transaction, where),
    overrides: resolveRunOptions(options, where, refuseCounts),
  };
}

/** Only the store knows its kind. */
function checkTransaction(transaction: unknown, where: string): JobTransaction {
  const isOne = transaction !== null &&
    (typeof transaction === "object" || typeof transaction === "function");
  if (isOne) return transaction as JobTransaction;
  throw check.optionError("transaction", where, "must be a transaction of the store's database", transaction);
}

function instantMs(runAt: MomentInput, where: string, timeZone: string): number {
  try {
    return epochMsOf(runAt, "runAt", timeZone);
  } catch (cause) {
    throw check.invalidOption("runAt", where, messageOf(cause), cause);
  }
}
