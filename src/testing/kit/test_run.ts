import type { StoredError } from "../../model/job_record.ts";
import { decodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { Temporal } from "../../time/temporal.ts";
import { type RecordedRun, runError, type RunState, runState, runValue } from "./history.ts";

/** One run of a task, as a test sees it: every attempt is one. */
export interface TestRun<Input = unknown, Output = unknown> {
  readonly jobId: string;
  readonly taskName: string;
  /** Id of its schedule; undefined when it was added directly. */
  readonly scheduleId: string | undefined;
  /** Its fire time. */
  readonly scheduledFireTime: Temporal.Instant | undefined;
  /** 1 at the first attempt. */
  readonly attempt: number;
  readonly startedAt: Temporal.Instant;
  /** Its outcome; `retry` where another attempt follows, `running` where it has not ended. */
  readonly state: RunState;
  readonly input: Input;
  /** Its result, after a success. */
  readonly value: Output | undefined;
  /** Its error, after a failure. */
  readonly error: StoredError | undefined;
}

/** A recorded run with its values decoded. */
export function testRun(run: RecordedRun, serializer: Serializer): TestRun {
  const { job } = run;
  return {
    jobId: job.id,
    taskName: job.taskName,
    scheduleId: job.scheduleId ?? undefined,
    scheduledFireTime: job.fireTimeMs === null
      ? undefined
      : Temporal.Instant.fromEpochMilliseconds(job.fireTimeMs),
    attempt: job.attempt,
    startedAt: Temporal.Instant.fromEpochMilliseconds(job.startedAtMs ?? 0),
    state: runState(run),
    input: inputOf(run, serializer),
    value: decodePayload(runValue(run), [serializer]),
    error: runError(run),
  };
}

/** The input of a run; a placeholder if it cannot be decoded. */
export function inputOf({ job }: Pick<RecordedRun, "job">, serializer: Serializer): unknown {
  try {
    return decodePayload(job.input, [serializer]);
  } catch {
    return "(cannot be decoded)";
  }
}
