import { runsVersion } from "./decisions.ts";
import { jobFieldNames, type NewJob } from "./job_record.ts";
import type { TaskClaim } from "./task_record.ts";

/** True if jobs have to do with nothing but their task, and differ in nothing but their ids and inputs. */
export function areAllAlike(jobs: readonly NewJob[]): boolean {
  const first = jobs[0]!;
  return isOnItsOwn(first) && jobs.every((job) => job === first || areAlike(first, job));
}

/** True if a job has to do with nothing but its task: with no schedule, key, or job that it waits for or stands for. */
function isOnItsOwn(job: NewJob): boolean {
  return job.scheduleSeq === null && job.scheduleId === null && job.fireTimeMs === null &&
    job.concurrencyKey === null && job.rateKey === null && job.identity === undefined &&
    job.parents === undefined;
}

/** True if a job may run at once wherever its task does, by code that has these tasks. */
export function mayRunAtOnce(job: NewJob, tasks: readonly TaskClaim[]): boolean {
  return isOnItsOwn(job) && job.runAtMs === null && job.startDeadlineMs === null && job.tags.length === 0 &&
    tasks.some((task) => task.max === undefined && runsVersion(task, job));
}

/** The fields in which jobs may differ and be alike. */
const ownFields: readonly (keyof NewJob)[] = ["id", "input"];
const commonFields = [...jobFieldNames, "runAtMs" as const, "addedBy" as const, "batchId" as const]
  .filter((name) => !ownFields.includes(name));

function areAlike(a: NewJob, b: NewJob): boolean {
  return isOnItsOwn(b) && commonFields.every((name) => areSame(a[name], b[name]));
}

/** Objects are most often one and the same. */
function areSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && a !== null && JSON.stringify(a) === JSON.stringify(b));
}
