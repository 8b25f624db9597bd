import {
  keyLimit,
  keySlotsLeft,
  rateLimit,
  scheduleLimit,
  slotsLeft,
  taskLimit,
} from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import { durationOfMs } from "../../time/duration.ts";
import { instantOf } from "../../time/temporal.ts";
import { cause, type ExplainedCause, type ExplanationFacts } from "./explanation.ts";

/** The limit of running jobs of its task; undefined where there is room. */
export function taskFull(
  { job, task, taskHolders, schedulers }: ExplanationFacts,
): ExplainedCause | undefined {
  const limit = taskLimit(task);
  const count = task?.runningJobs ?? taskHolders.length;
  if (limit === null || slotsLeft(limit, count) > 0) return undefined;
  const holders = taskHolders.map((one) => holder(one, schedulers));
  return cause(
    "taskLimit",
    `task '${job.taskName}' is at its limit (${count} of ${limit})${heldBy(holders, count)}`,
    {
      limit,
      running: count,
      holders,
    },
  );
}

/** The limit of running jobs of its schedule. */
export function scheduleFull(
  { schedule, scheduleHolders, schedulers }: ExplanationFacts,
): ExplainedCause | undefined {
  if (schedule === undefined) return undefined;
  const limit = scheduleLimit(schedule.policies.overlap, schedule.policies.maxRunningJobs);
  const count = scheduleHolders.length;
  if (limit === null || slotsLeft(limit, count) > 0) return undefined;
  const holders = scheduleHolders.map((one) => holder(one, schedulers));
  const text = `schedule '${schedule.id}' is at its limit (${count} of ${limit})${heldBy(holders, count)}`;
  return cause("scheduleLimit", text, { scheduleId: schedule.id, limit, running: count, holders });
}

/** The limit of its concurrency key, or a job with the same key ahead of it. */
export function keyBusy(
  { job, task, keyHolders, keyAhead, schedulers }: ExplanationFacts,
): ExplainedCause | undefined {
  const limit = keyLimit(task);
  const key = job.concurrencyKey;
  if (key === null || keySlotsLeft(limit, keyHolders.length, keyAhead === undefined) > 0) return undefined;
  const holders = keyHolders.map((one) => holder(one, schedulers));
  const facts = { key, running: keyHolders.length, holders, ahead: keyAhead?.id ?? null };
  if (limit?.fifo && keyAhead) {
    return cause(
      "keyBusy",
      `key '${key}' runs in order, and job ${keyAhead.id} is ahead of it (${keyAhead.state})`,
      facts,
    );
  }
  const count = `${keyHolders.length} of ${limit?.max ?? 1}`;
  return cause(
    "keyBusy",
    `key '${key}' is at its limit (${count})${heldBy(holders, keyHolders.length)}`,
    facts,
  );
}

/** The rate of its task. */
export function explainedRate({ job, rate, task }: ExplanationFacts): ExplainedCause | undefined {
  if (rate === undefined || rate.nextStartAtMs === null) return undefined;
  const key = rateLimit(task)?.keyed ? job.rateKey : null;
  const per = durationOfMs(rate.perMs).toString();
  const nextStartAt = instantOf(rate.nextStartAtMs).toString();
  const reached = `rate limit ${rate.limit} per ${per} of ${job.taskName}${
    key === null ? "" : `, key '${key}',`
  }`;
  return cause("rateReached", `${reached} reached; the next start is possible at ${nextStartAt}`, {
    limit: rate.limit,
    per,
    key,
    started: rate.started,
    nextStartAt,
  });
}

/** A job that holds a slot. */
type Holder = { readonly jobId: string; readonly scheduler: string; readonly since: string };

/** A running job, with the scheduler that runs it. */
export function holder(
  { id, owner, startedAtMs }: JobRecord,
  schedulers: readonly SchedulerRecord[],
): Holder {
  const scheduler = schedulers.find(({ incarnation }) => incarnation === owner)?.name ?? `#${owner}`;
  return { jobId: id, scheduler, since: instantOf(startedAtMs ?? 0).toString() };
}

/** The end of a sentence that names the holders of slots; empty where none is known. */
function heldBy(holders: readonly Holder[], count: number): string {
  if (holders.length === 0) return "";
  const shown = holders.slice(0, 3).map((one) =>
    `job ${one.jobId} on scheduler '${one.scheduler}' since ${one.since}`
  );
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  return `, held by ${shown.join(", ")}${more}`;
}
