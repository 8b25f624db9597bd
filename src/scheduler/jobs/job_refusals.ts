import { CarillonError } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";

/** The job, if there is one. Throws `jobNotFound`. */
export function found<Found extends object>(record: Found | undefined, id: string): Found {
  if (record) return record;
  throw new CarillonError("jobNotFound", `Job ${id} is gone: it was removed, or its retention is over`, {
    details: { jobId: id },
  });
}

/** A job cannot be treated so while it is in its state. */
export function wrongState(id: string, record: JobRecord, what: string, rule: string): CarillonError {
  return new CarillonError(
    "invalidState",
    `Job ${id} cannot be ${what} while it is ${record.state}; ${rule}`,
    {
      details: { jobId: id, state: record.state },
    },
  );
}

/** What `runJob` cannot wait for: a job that another one may stand for, or one that is not there before a commit. */
export function refuseToWait(
  { job, transaction }: {
    readonly job: { readonly taskName: string; readonly identity?: unknown };
    readonly transaction: unknown;
  },
): void {
  const option = job.identity ? "'idempotencyKey', 'unique' or 'debounce'" : "'transaction'";
  if (!job.identity && transaction === undefined) return;
  throw new CarillonError(
    "invalidOption",
    `runJob of task '${job.taskName}' cannot go with ${option}: call addJob, and await result() of its handle` +
      (job.identity ? "" : " after the commit"),
    { details: { taskName: job.taskName } },
  );
}
