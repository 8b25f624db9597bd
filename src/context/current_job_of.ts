import type { JobFacts, ParentFacts } from "../model/job_record.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { Temporal } from "../time/temporal.ts";
import { parentResults } from "./parent_results.ts";
import type { CurrentJob } from "./task_context.ts";

/** What a task's function is told about its job, in this process or another. */
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
