import { rateLimit } from "../../model/decisions.ts";
import { durationOfMs } from "../../time/duration.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RateUse } from "../../stores/task_store.ts";
import { instantOf } from "../../time/temporal.ts";

/** What there is to say of a job whose rate is used up; undefined where it is not. */
export function explainedRate(
  { job, rate, task }: {
    readonly job: JobRecord;
    readonly rate: RateUse | undefined;
    readonly task: TaskRecord | undefined;
  },
) {
  if (rate === undefined || rate.nextStartAtMs === null) return undefined;
  const key = rateLimit(task)?.keyed ? job.rateKey : null;
  const per = durationOfMs(rate.perMs).toString();
  const nextStartAt = instantOf(rate.nextStartAtMs).toString();
  const reached = `rate limit ${rate.limit} per ${per} of ${job.taskName}${
    key === null ? "" : `, key '${key}',`
  }`;
  return {
    cause: "rateReached" as const,
    text: `${reached} reached; the next start is possible at ${nextStartAt}`,
    facts: { limit: rate.limit, per, key, started: rate.started, nextStartAt },
  };
}
