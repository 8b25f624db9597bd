import { CarillonError, type ErrorCode } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { JobOutcome } from "../../model/states.ts";
import { revivedError } from "../../model/stored_error.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { decodePayload } from "../../serializers/payload.ts";
import { instantOf } from "../views/instant.ts";
import type { JobResult } from "../views/job.ts";

const codes: Readonly<Record<Exclude<JobOutcome, "success">, ErrorCode>> = {
  error: "jobFailed",
  timedOut: "jobTimedOut",
  cancelled: "jobCancelled",
  missedStartDeadline: "jobMissedStartDeadline",
  abandoned: "jobAbandoned",
};

/** What one has to know of a job to tell what it returned. */
export type EndedJob = Pick<
  JobRecord,
  "id" | "taskName" | "state" | "outcome" | "value" | "error" | "attempt" | "parkedReason" | "undecodable"
>;

/** What a finished job returned. Throws what became of it otherwise, with the task's own error as its cause. */
export function valueOf(job: EndedJob, serializer: Serializer): unknown {
  if (job.state === "parked") {
    throw new CarillonError("jobParked", `Job ${job.id} is parked: ${job.parkedReason ?? job.undecodable}`, {
      details: { jobId: job.id, taskName: job.taskName },
    });
  }
  const outcome = job.outcome ?? "error";
  if (outcome === "success") return decodePayload(job.value, [serializer]);
  throw new CarillonError(codes[outcome], sentence(job, outcome), {
    details: { jobId: job.id, taskName: job.taskName, outcome, attempt: job.attempt },
    cause: job.error ? revivedError(job.error) : undefined,
  });
}

/** The result of a finished job. */
export function resultOf(job: JobRecord, serializer: Serializer): JobResult {
  return {
    jobId: job.id,
    taskName: job.taskName,
    outcome: job.outcome ?? "error",
    startedAt: instantOf(job.startedAtMs),
    finishedAt: instantOf(job.finishedAtMs ?? 0),
    value: decodePayload(job.value, [serializer]),
    error: job.error ?? undefined,
  };
}

function sentence(job: EndedJob, outcome: JobOutcome): string {
  const of = `Job ${job.id} of task '${job.taskName}'`;
  const why = job.error ? `: ${job.error.message}` : "";
  switch (outcome) {
    case "timedOut":
      return `${of} ran into its timeout${why}`;
    case "cancelled":
      return `${of} was cancelled${why}`;
    case "missedStartDeadline":
      return `${of} was not started before its start deadline`;
    case "abandoned":
      return `${of} was abandoned${why}`;
    default:
      return `${of} failed${why}`;
  }
}
