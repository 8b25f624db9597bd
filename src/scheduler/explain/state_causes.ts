import type { JobRecord } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import { instantOf } from "../../time/temporal.ts";
import { cause, type ExplainedCause, type ExplanationFacts } from "./explanation.ts";
import { holder } from "./limit_causes.ts";

/** Largest number of parents named in the facts. */
const NAMED_MAX = 10;

/** The end of a finished job. */
export function finished({ outcome, finishedAtMs, error }: JobRecord): ExplainedCause {
  const at = timeOf(finishedAtMs ?? 0);
  const why = error === null ? "" : `: ${error.message}`;
  return cause("finished", `finished at ${at} as ${outcome}${why}`, { outcome, finishedAt: at });
}

/** The run of a running job. */
export function running({ job, schedulers, task }: ExplanationFacts): ExplainedCause {
  const { scheduler, since } = holder(job, schedulers);
  const { retry } = resolveRunSettings(job.overrides, task?.overrides, task?.settings);
  const asked = job.cancelRequested === null ? "" : `; it was asked to stop: ${job.cancelRequested}`;
  const attempts = `attempt ${job.attempt} of ${Math.max(job.attempt, retry.maxAttempts)}`;
  return cause(
    "running",
    `has been running since ${since} on scheduler '${scheduler}' (${attempts})${asked}`,
    {
      scheduler,
      since,
      attempt: job.attempt,
      cancelRequested: job.cancelRequested,
    },
  );
}

/** The time that a job is due at, for its first attempt or its next one. */
export function notDue({ job, nowMs, task }: ExplanationFacts): ExplainedCause {
  const runAt = timeOf(job.runAtMs);
  const inMs = job.runAtMs - nowMs;
  if (job.attempt === 0 || job.error === null) {
    return cause("notDue", `it is not due until ${runAt}`, { runAt, inMs });
  }
  const { maxAttempts } = resolveRunSettings(job.overrides, task?.overrides, task?.settings).retry;
  const failed = `attempt ${job.attempt} of ${maxAttempts} failed (${job.error.message})`;
  return cause("retryBackOff", `${failed}, and the next one is not due until ${runAt}`, {
    runAt,
    inMs,
    attempt: job.attempt,
    maxAttempts,
    error: job.error.message,
  });
}

/** The jobs that it waits for; undefined where it waits for none. */
export function explainedParents({ parents }: ExplanationFacts): ExplainedCause | undefined {
  const [first] = runningFirst(parents);
  if (first === undefined) return undefined;
  const { id, taskName, state, startedAtMs } = first;
  const since = state === "running" && startedAtMs !== null ? ` since ${instantOf(startedAtMs)}` : "";
  const more = parents.length === 1 ? "" : ` and ${parents.length - 1} more`;
  const named: JsonValue = runningFirst(parents).slice(0, NAMED_MAX)
    .map(({ id, taskName, state }) => ({ jobId: id, taskName, state }));
  const text = `it waits for job ${id} (${taskName}, ${state}${since})${more}`;
  return cause("parents", text, { count: parents.length, parents: named });
}

/** The running ones first: they explain most. */
function runningFirst(parents: readonly JobRecord[]): readonly JobRecord[] {
  const rank = ({ state }: JobRecord) => state === "running" ? 0 : 1;
  return parents.toSorted((a, b) => rank(a) - rank(b));
}

/** Returns a stored time as people and programs read it. */
export function timeOf(atMs: number): string {
  return instantOf(atMs).toString();
}
