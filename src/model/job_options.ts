/** What users say about a job added directly, and its stored form. */
import { messageOf } from "../errors.ts";
import type { DurationInput } from "../time/duration.ts";
import { type MomentInput, momentMs, momentOf } from "../time/moment.ts";
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

/** What can be said about a job that is added directly. */
export interface JobOptions extends RunOptions, IdentityOptions, ParentOptions {
  /** Its id; adding the same id again adds nothing. @default a generated, time-ordered one */
  readonly id?: string;
  /** Not before this long from now, by the store's clock. @default at once */
  readonly delay?: DurationInput;
  /** Not before this instant; without an offset it is local to the scheduler's zone. @default at once */
  readonly runAt?: MomentInput;
  /** What it shares slots with other jobs of its task by. @default what the task's `concurrency.key` says */
  readonly concurrencyKey?: string;
  /** What its starts count for. @default what the task's `rateLimit.key` says */
  readonly rateKey?: string;
  /** JSON values for your own purposes. @default {} */
  readonly metadata?: Metadata;
  /** Alias of the store, where the scheduler has several. @default "main" */
  readonly store?: string;
  /**
   * A transaction of yours on the database of the store: the job is there once you have committed it, and never was if
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

/** Everything said about a job, checked. */
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

/** The metadata of who gives none; shared, so that jobs alike are known to be alike. */
const noMetadata: Metadata = Object.freeze({});

/** What holds where no options were given. */
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
 * Checks all options of a job, also for keys that mean nothing. `where` names the place in errors; `timeZone`
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

/** What kind it is, only the store can tell. */
function checkTransaction(transaction: unknown, where: string): JobTransaction {
  const isOne = transaction !== null &&
    (typeof transaction === "object" || typeof transaction === "function");
  if (isOne) return transaction as JobTransaction;
  throw check.optionError("transaction", where, "must be a transaction of the store's database", transaction);
}

function instantMs(runAt: MomentInput, where: string, timeZone: string): number {
  try {
    return momentMs(momentOf(runAt, "runAt"), timeZone);
  } catch (cause) {
    throw check.invalidOption("runAt", where, messageOf(cause), cause);
  }
}
