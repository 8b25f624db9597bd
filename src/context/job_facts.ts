import type { JobFacts, JobProgress, ParentFacts } from "../model/job_record.ts";
import { decodePayload } from "../serializers/payload.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { Temporal } from "../time/temporal.ts";
import { fieldOf, textOf } from "../untrusted.ts";
import type { CurrentJob, ParentResult, ProgressInput } from "./task_context.ts";

/** Returns the facts about a job that its task's function sees, in this process or another. */
export function currentJobOf(
  job: JobFacts,
  parents: readonly ParentFacts[] = [],
  serializers: readonly Serializer[] = [],
): CurrentJob {
  return {
    id: job.id,
    taskName: job.taskName,
    attempt: job.attempt,
    scheduleId: job.scheduleId,
    scheduledFireTime: job.fireTimeMs === null
      ? undefined
      : Temporal.Instant.fromEpochMilliseconds(job.fireTimeMs),
    runAt: Temporal.Instant.fromEpochMilliseconds(job.runAtMs),
    metadata: job.metadata,
    parents: parentResults(parents, serializers),
  };
}

const none: readonly ParentResult[] = Object.freeze([]);

/** Returns the results of a job's parents that its task's function sees; values are decoded on first access. */
export function parentResults(
  parents: readonly ParentFacts[],
  serializers: readonly Serializer[],
): readonly ParentResult[] {
  return parents.length === 0 ? none : Object.freeze(parents.map((parent) => resultOf(parent, serializers)));
}

function resultOf(facts: ParentFacts, serializers: readonly Serializer[]): ParentResult {
  const { id, taskName, outcome, error } = facts;
  let read: { readonly value: unknown } | undefined;
  const result = {
    id,
    taskName,
    outcome,
    get value() {
      read ??= { value: outcome === "success" ? decodePayload(facts.value, serializers) : undefined };
      return read.value;
    },
    error: error ?? undefined,
  };
  return Object.freeze(result) as ParentResult;
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The largest length of a progress message; a longer one is cut, as every progress is an event and a write. */
const MESSAGE_LENGTH_MAX = 500;

/**
 * Returns a job's progress as it is stored. Impossible values are corrected and not refused, as a mere report must
 * not fail the job: more than all becomes all, and so does nothing of nothing.
 */
export function jobProgress(input: ProgressInput, message: string | undefined, atMs: number): JobProgress {
  const [done, total] = typeof input === "number"
    ? [input, 1]
    : [fieldOf(input, "done"), fieldOf(input, "total")];
  const realTotal = isFinite(total) && total > 0 ? total : 0;
  const realDone = isFinite(done) ? Math.min(Math.max(0, done), realTotal) : 0;
  return {
    done: realTotal === 0 ? 1 : realDone,
    total: realTotal === 0 ? 1 : realTotal,
    message: message === undefined ? null : textOf(message).slice(0, MESSAGE_LENGTH_MAX),
    atMs,
  };
}
