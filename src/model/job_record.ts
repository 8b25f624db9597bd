import type { JobIdentity } from "./identity_options.ts";
import type { JsonValue, Metadata, Payload } from "./payload.ts";
import { rowSettingNames, type RowSettings, type RunOverrides } from "./settings.ts";
import type { BlockedBy, JobOutcome, JobState, ParentFailurePolicy } from "./states.ts";

/** The jobs that a job waits for. */
export interface JobParents {
  /** Their ids, each once, in the order in which their results are passed on. */
  readonly ids: readonly string[];
  readonly onFailure: ParentFailurePolicy;
}

/** The fields that a job is given when it is added, and keeps. Those of {@linkcode RowSettings} come from its settings. */
export interface JobFields extends RowSettings {
  /** Time-ordered text, made by the process that adds the job; adding the same id again adds nothing. */
  readonly id: string;
  readonly taskName: string;
  /** Version of the task whose input this is. */
  readonly taskVersion: number;
  readonly scheduleSeq: number | null;
  readonly scheduleId: string | null;
  /** The fire time this job stands for; null for manual runs and jobs added directly. */
  readonly fireTimeMs: number | null;
  /** The key by which it shares slots with other jobs of its task; null shares none. */
  readonly concurrencyKey: string | null;
  /** The key that its starts count for where its task limits how many there are; null counts for nothing. */
  readonly rateKey: string | null;
  readonly input: Payload | null;
  /** Settings given on the job, merged over those of its schedule; the task's fill in when it runs. */
  readonly overrides: RunOverrides;
  readonly metadata: Metadata;
  /** Not started by then (first attempt only), it ends as `missedStartDeadline`. */
  readonly startDeadlineMs: number | null;
}

/** For each field of a job whether it is replaced when a later job of the same identity replaces this one. */
const isReplaced: Readonly<Record<keyof JobFields, boolean>> = {
  id: false,
  taskName: false,
  taskVersion: true,
  scheduleSeq: false,
  scheduleId: false,
  fireTimeMs: false,
  concurrencyKey: true,
  rateKey: true,
  input: true,
  overrides: true,
  metadata: true,
  startDeadlineMs: true,
  ...Object.fromEntries(rowSettingNames.map((name) => [name, true])) as Record<keyof RowSettings, true>,
};

/** The names of {@linkcode JobFields}. */
export const jobFieldNames = Object.keys(isReplaced) as readonly (keyof JobFields)[];

/** The names of those fields that are replaced when a later job of the same identity replaces this one. */
export const replacedFieldNames: readonly (keyof JobFields)[] = jobFieldNames.filter((name) =>
  isReplaced[name]
);

/** A job to be stored. */
export interface NewJob extends JobFields {
  /** Not before this instant; null is at once. */
  readonly runAtMs: number | null;
  /** The identity by which it may stand for the same work as a job that is there. @default never */
  readonly identity?: JobIdentity;
  /** The jobs it waits for. A job with parents has no schedule. @default none */
  readonly parents?: JobParents;
  /** Id of the job whose run adds it. @default null */
  readonly addedBy?: string | null;
  /** Id of the batch it is part of. @default null */
  readonly batchId?: string | null;
}

/** An error as stored: what is left of it when it crosses processes. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  /** Facts for programs, of errors that carry some. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  readonly cause?: StoredError;
}

/** A job's report of its progress. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly message: string | null;
  readonly atMs: number;
}

/** A job as stored. */
export interface JobRecord extends JobFields {
  /** Identity of the row; grows in order of adding. */
  readonly seq: number;
  readonly state: JobState;
  /** The reason that it is blocked. As stored, `parents` or null: any other limit is looked up when the job is shown. */
  readonly blockedBy: BlockedBy | null;
  readonly outcome: JobOutcome | null;
  readonly runAtMs: number;
  /** The key of its identity, or null. */
  readonly identityKey: string | null;
  /** The policy for when a parent does not succeed; null where it has no parents. */
  readonly onParentFailure: ParentFailurePolicy | null;
  /** Id of the job whose run added it, or null. */
  readonly addedBy: string | null;
  /** Id of the batch it is part of, or null. */
  readonly batchId: string | null;
  /** Number of starts against its retry budget; a lost lease or a hand-back is taken off again. */
  readonly attempt: number;
  /** Grows at every claim and never shrinks: with the incarnation, the fence of every write about a run. */
  readonly claimNumber: number;
  /** Incarnation of the scheduler that runs it or ran it last. */
  readonly owner: number | null;
  readonly lostLeases: number;
  readonly cancelRequested: string | null;
  readonly progress: JobProgress | null;
  /** Why it is parked, or null. */
  readonly parkedReason: string | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** When the finished job may be pruned; null is never. */
  readonly expiresAtMs: number | null;
  /** The value that the task returned, once `success`. */
  readonly value: Payload | null;
  /** The error of the last attempt, when it did not succeed. */
  readonly error: StoredError | null;
  /** Set when the row cannot be read; the other fields are then best effort. */
  readonly undecodable?: string;
}

/** Returns a job without its input and its result, which may be long. */
export function withoutPayloads(job: JobRecord): JobRecord {
  return job.input === null && job.value === null ? job : { ...job, input: null, value: null };
}

/** The facts that a running job may know about itself: plain values, so that they cross to threads and processes. */
export interface JobFacts
  extends
    Pick<JobRecord, "id" | "taskName" | "attempt" | "scheduleId" | "fireTimeMs" | "runAtMs" | "metadata"> {
  /** The jobs it waited for. @default none */
  readonly parents?: readonly ParentFacts[];
}

/** The facts that a running job may know about one that it waited for. */
export interface ParentFacts extends Pick<JobRecord, "id" | "taskName" | "value" | "error"> {
  readonly outcome: JobOutcome;
}

/** The right to write about a run: the incarnation that claimed the job and the number of that claim. */
export interface JobFence {
  readonly seq: number;
  readonly incarnation: number;
  readonly claimNumber: number;
}

/** The end of a run. */
export type JobTransition =
  | {
    readonly to: "finished";
    readonly outcome: JobOutcome;
    readonly value: Payload | null;
    readonly error: StoredError | null;
    /** The time for which the finished job is kept; null is indefinitely. */
    readonly keepMs: number | null;
  }
  /** Another attempt, `delayMs` from now; `outcome` is what became of this one, `error` by default. */
  | {
    readonly to: "retry";
    readonly delayMs: number;
    readonly error: StoredError | null;
    readonly outcome?: "error" | "timedOut";
  }
  /** Put off by itself, `delayMs` from now: uses no attempt. */
  | { readonly to: "snooze"; readonly delayMs: number }
  /** Handed back untried: uses no attempt. */
  | { readonly to: "handBack"; readonly lostLease: boolean }
  /** Cannot be run by the code of this scheduler: waits for one that can; uses no attempt. */
  | { readonly to: "parked"; readonly reason: string };

/** One run's end, with the fence that must still hold. */
export interface JobEnding {
  readonly fence: JobFence;
  readonly transition: JobTransition;
  /** The schedule that its job comes from, where the caller knows: with null, none is looked for. */
  readonly scheduleSeq?: number | null;
}
