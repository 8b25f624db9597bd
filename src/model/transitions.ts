/**
 * The states of a job after each thing that can happen to it, as pure functions from record to record. The
 * memory store calls them; the SQL restates them.
 */
import { isDue } from "./decisions.ts";
import {
  type JobFields,
  type JobRecord,
  type JobTransition,
  type NewJob,
  replacedFieldNames,
} from "./job_record.ts";
import type { Metadata, Payload } from "./payload.ts";
import type { JobState } from "./states.ts";

/** A job as it is first stored. */
export function addedJob(job: NewJob, seq: number, nowMs: number): JobRecord {
  return newRecord(job, seq, nowMs);
}

/** A job that is taken as it is added. */
export function startedJob(job: NewJob, seq: number, incarnation: number, nowMs: number): JobRecord {
  const record = newRecord(job, seq, nowMs);
  record.state = "running";
  record.owner = incarnation;
  record.attempt = 1;
  record.claimNumber = 1;
  record.startedAtMs = nowMs;
  return record;
}

function newRecord(job: NewJob, seq: number, nowMs: number): Changeable<JobRecord> {
  const runAtMs = job.runAtMs ?? nowMs;
  const waits = job.parents !== undefined;
  return {
    ...fieldsOf(job),
    seq,
    state: waits ? "blocked" : readyOrScheduled(runAtMs, nowMs),
    blockedBy: waits ? "parents" : null,
    outcome: null,
    runAtMs,
    identityKey: job.identity?.key ?? null,
    onParentFailure: job.parents?.onFailure ?? null,
    addedBy: job.addedBy ?? null,
    batchId: job.batchId ?? null,
    attempt: 0,
    claimNumber: 0,
    owner: null,
    lostLeases: 0,
    cancelRequested: null,
    progress: null,
    parkedReason: null,
    createdAtMs: nowMs,
    startedAtMs: null,
    finishedAtMs: null,
    expiresAtMs: null,
    value: null,
    error: null,
  };
}

/** Leaves out what a record has not; mostly there is none of that, and leaving out costs. */
function fieldsOf(job: NewJob): JobFields {
  if (!("identity" in job) && !("parents" in job)) return job;
  const { identity: _identity, parents: _parents, ...fields } = job;
  return fields;
}

type Changeable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** A job that never started and takes over what was said about a later one of the same identity. */
export function replacedJob(job: JobRecord, by: NewJob, maxWaitMs: number | null, nowMs: number): JobRecord {
  const latestMs = maxWaitMs === null ? Infinity : job.createdAtMs + maxWaitMs;
  const runAtMs = Math.min(by.runAtMs ?? nowMs, latestMs);
  const replaced = Object.fromEntries(replacedFieldNames.map((name) => [name, by[name]]));
  const state = job.blockedBy === null ? readyOrScheduled(runAtMs, nowMs) : job.state;
  return { ...job, ...replaced, state, runAtMs, parkedReason: null };
}

/** A scheduled job whose `runAt` has come. */
export function wokenJob(job: JobRecord): JobRecord {
  return { ...job, state: "ready" };
}

/** A job whose parents are all over: now it waits like any other. */
export function releasedJob(job: JobRecord, nowMs: number): JobRecord {
  return { ...job, state: readyOrScheduled(job.runAtMs, nowMs), blockedBy: null };
}

/** A ready job once an incarnation has taken it. */
export function claimedJob(job: JobRecord, incarnation: number, nowMs: number): JobRecord {
  return {
    ...job,
    state: "running",
    owner: incarnation,
    attempt: job.attempt + 1,
    claimNumber: job.claimNumber + 1,
    startedAtMs: nowMs,
    progress: null,
  };
}

/** A job after a transition: a running one's end, or the end of a waiting one that will not run. */
export function transitionedJob(job: JobRecord, transition: JobTransition, nowMs: number): JobRecord {
  switch (transition.to) {
    case "finished":
      return {
        ...job,
        state: "finished",
        blockedBy: null,
        outcome: transition.outcome,
        value: transition.value,
        error: transition.error,
        parkedReason: null,
        finishedAtMs: nowMs,
        expiresAtMs: transition.keepMs === null ? null : nowMs + transition.keepMs,
      };
    case "retry": {
      const runAtMs = nowMs + transition.delayMs;
      return { ...job, state: readyOrScheduled(runAtMs, nowMs), runAtMs, error: transition.error };
    }
    case "snooze": {
      const runAtMs = nowMs + transition.delayMs;
      const state = readyOrScheduled(runAtMs, nowMs);
      return { ...job, state, runAtMs, attempt: untried(job), startDeadlineMs: null };
    }
    case "handBack": {
      const lostLeases = job.lostLeases + (transition.lostLease ? 1 : 0);
      // It was started in time, whatever became of that: its start deadline must not end it now.
      return { ...job, state: "ready", attempt: untried(job), lostLeases, startDeadlineMs: null };
    }
    case "parked":
      return { ...job, state: "parked", attempt: untried(job), parkedReason: transition.reason };
  }
}

/**
 * A finished or parked job made ready by hand: a fresh retry budget, and no start deadline any longer. `waits`: it has
 * parents that are not finished.
 */
export function retriedJob(job: JobRecord, nowMs: number, waits = false): JobRecord {
  return {
    ...job,
    state: waits ? "blocked" : "ready",
    blockedBy: waits ? "parents" : null,
    outcome: null,
    runAtMs: nowMs,
    startDeadlineMs: null,
    attempt: 0,
    lostLeases: 0,
    cancelRequested: null,
    progress: null,
    parkedReason: null,
    startedAtMs: null,
    finishedAtMs: null,
    expiresAtMs: null,
    value: null,
    error: null,
  };
}

/** A parked job made ready because a scheduler has started that may be able to run it. */
export function unparkedJob(job: JobRecord): JobRecord {
  return { ...job, state: "ready", parkedReason: null };
}

/** A waiting job after a change. A parked one is taken up again when its input or its `runAt` is changed. */
export function changedJob(job: JobRecord, change: WaitingJobChange, nowMs: number): JobRecord {
  const runAtMs = change.runAtMs === undefined ? job.runAtMs : change.runAtMs ?? nowMs;
  const placedAnew = change.runAtMs !== undefined || (job.state === "parked" && change.input !== undefined);
  return {
    ...job,
    runAtMs,
    priority: change.priority ?? job.priority,
    input: change.input === undefined ? job.input : change.input,
    taskVersion: change.taskVersion ?? job.taskVersion,
    metadata: change.metadata ?? job.metadata,
    ...(placedAnew && job.blockedBy === null
      ? { state: readyOrScheduled(runAtMs, nowMs), parkedReason: null }
      : {}),
  };
}

/** The changes that can be made to a waiting job; a missing key leaves it as it is. */
export interface WaitingJobChange {
  readonly runAtMs?: number | null;
  readonly priority?: number;
  readonly input?: Payload | null;
  readonly taskVersion?: number;
  readonly metadata?: Metadata;
}

function readyOrScheduled(runAtMs: number, nowMs: number): JobState {
  return isDue(runAtMs, nowMs) ? "ready" : "scheduled";
}

function untried(job: JobRecord): number {
  return Math.max(0, job.attempt - 1);
}
