import type { JobRecord } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { JobState } from "../../model/states.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RateUse } from "../../stores/task_store.ts";

/** Cause in an explanation: the state of a job, or a reason that it is not running. */
export type ExplanationCause =
  | "finished"
  | "running"
  | "parked"
  /** Its `runAt` is ahead. */
  | "notDue"
  /** Its last attempt failed, and the next one waits for its time. */
  | "retryBackOff"
  /** Its start deadline has passed: it ends when the store is next read. */
  | "startDeadlinePassed"
  /** No scheduler that runs jobs is alive. */
  | "noWorker"
  /** Schedulers are alive, but none has the task's code. */
  | "taskUnknown"
  /** Schedulers that know the task are alive, but all have older code than the job was added by. */
  | "versionMissing"
  /** Schedulers that know the task are alive, but none offers all of the job's tags. */
  | "tagsMissing"
  | "taskPaused"
  | "taskLimit"
  | "scheduleLimit"
  /** Its key is at its limit, or, where the jobs of a key run in order, an earlier one is not finished. */
  | "keyBusy"
  /** It waits for other jobs to finish. */
  | "parents"
  /** Its task's rate is used up for now. */
  | "rateReached"
  /** The only scheduler that could run it is this one, which is paused. */
  | "schedulerPaused"
  /** The only scheduler that could run it is this one, which is at its limit of jobs. */
  | "noSlot"
  /** Nothing holds it back. */
  | "next";

/** One cause of an explanation, with its facts for programs. */
export interface ExplainedCause {
  readonly cause: ExplanationCause;
  /** Part of a sentence, for people. */
  readonly text: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
}

/** Explanation of a job that is not running, or of its state. */
export interface Explanation {
  readonly jobId: string;
  readonly taskName: string;
  readonly state: JobState;
  /** All of it in one sentence. */
  readonly sentence: string;
  /** Everything that holds it back, the most important first. */
  readonly causes: readonly ExplainedCause[];
}

/** The facts that an explanation is made of. */
export interface ExplanationFacts {
  readonly nowMs: number;
  /** The job as stored. */
  readonly job: JobRecord;
  readonly task: TaskRecord | undefined;
  readonly schedule: ScheduleRecord | undefined;
  /** Running jobs of its task, the oldest first; some of them where there are many. */
  readonly taskHolders: readonly JobRecord[];
  /** Running jobs of its schedule. */
  readonly scheduleHolders: readonly JobRecord[];
  /** Running jobs of its task with its key. */
  readonly keyHolders: readonly JobRecord[];
  /** Use of the rate that its starts count for. */
  readonly rate: RateUse | undefined;
  /** The first job of its task with its key that was added before it and is not finished. */
  readonly keyAhead: JobRecord | undefined;
  /** The jobs it waits for now. */
  readonly parents: readonly JobRecord[];
  /** All registered schedulers. */
  readonly schedulers: readonly SchedulerRecord[];
  /** The scheduler that is asked, where it runs jobs itself. */
  readonly local: LocalFacts | undefined;
}

/** Facts that only the scheduler itself knows. */
export interface LocalFacts {
  readonly incarnation: number;
  readonly paused: boolean;
  readonly full: boolean;
  readonly maxConcurrentJobs: number;
}

/** Makes a cause. */
export function cause(name: ExplanationCause, text: string, facts: ExplainedCause["facts"]): ExplainedCause {
  return { cause: name, text, facts };
}
