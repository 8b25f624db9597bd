import { runsVersion } from "./decisions.ts";
import type { NewJob } from "./job_record.ts";
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

function areAlike(a: NewJob, b: NewJob): boolean {
  return a.taskName === b.taskName && a.taskVersion === b.taskVersion && a.runAtMs === b.runAtMs &&
    a.priority === b.priority && a.ageingMs === b.ageingMs && a.startDeadlineMs === b.startDeadlineMs &&
    isOnItsOwn(b) && a.addedBy === b.addedBy && a.batchId === b.batchId &&
    areSame(a.tags, b.tags) && areSame(a.overrides, b.overrides) && areSame(a.metadata, b.metadata);
}

/** Most often they are one and the same object. */
function areSame(a: object, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
