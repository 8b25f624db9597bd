import { runsVersion } from "./decisions.ts";
import type { NewJob } from "./job_record.ts";
import type { TaskClaim } from "./task_record.ts";

/** A call with shorter runs than this, on average, gains nothing by them. */
const RUN_LENGTH_MIN = 4;

/** Jobs next to each other that differ in nothing but their ids and inputs. */
export type AlikeRun = readonly NewJob[];

/** New jobs as runs of jobs that are alike; undefined where they differ too much for that to be worth it. */
export function alikeRuns(jobs: readonly NewJob[]): readonly AlikeRun[] | undefined {
  const runs: NewJob[][] = [];
  let last: NewJob | undefined;
  for (const job of jobs) {
    if (last !== undefined && areAlike(last, job)) runs.at(-1)!.push(job);
    else runs.push([job]);
    last = job;
  }
  return runs.length <= 1 + jobs.length / RUN_LENGTH_MIN ? runs : undefined;
}

/** Whether a job has to do with nothing but its task: with no schedule, key, or job that it waits for or stands for. */
export function isOnItsOwn(job: NewJob): boolean {
  return job.scheduleSeq === null && job.scheduleId === null && job.fireTimeMs === null &&
    job.concurrencyKey === null && job.rateKey === null && job.identity === undefined &&
    job.parents === undefined;
}

/** Whether a job may run at once wherever its task does, by code that has these tasks. */
export function mayRunAtOnce(job: NewJob, tasks: readonly TaskClaim[]): boolean {
  return isOnItsOwn(job) && job.runAtMs === null && job.startDeadlineMs === null && job.tags.length === 0 &&
    tasks.some((task) => task.max === undefined && runsVersion(task, job));
}

function areAlike(a: NewJob, b: NewJob): boolean {
  return a.taskName === b.taskName && a.taskVersion === b.taskVersion && a.runAtMs === b.runAtMs &&
    a.priority === b.priority && a.ageingMs === b.ageingMs && a.startDeadlineMs === b.startDeadlineMs &&
    isOnItsOwn(a) && isOnItsOwn(b) && a.addedBy === b.addedBy && a.batchId === b.batchId &&
    areSame(a.tags, b.tags) && areSame(a.overrides, b.overrides) && areSame(a.metadata, b.metadata);
}

/** Most often they are one and the same object. */
function areSame(a: object, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
