import {
  coversTags,
  deadlineMissed,
  isDue,
  keyLimit,
  keySlotsLeft,
  runsVersion,
  scheduleLimit,
  slotsLeft,
  taskLimit,
} from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import type { JobState } from "../../model/states.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RateUse } from "../../stores/task_store.ts";
import { instantOf } from "../../time/temporal.ts";
import { explainedParents, explainedRate, heldBy, holder } from "./wording.ts";

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
  /** As many jobs with its key run as may, or, where they run in order, an earlier one is not finished. */
  | "keyBusy"
  /** It waits for other jobs to finish. */
  | "parents"
  /** As many jobs started in the window of its task's rate as may. */
  | "rateReached"
  /** The only scheduler that could run it is this one, which is paused. */
  | "schedulerPaused"
  /** The only scheduler that could run it is this one, which runs as many jobs as it may. */
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

/** Explains why a job is not running. */
export function explain(facts: ExplanationFacts): Explanation {
  const { job } = facts;
  const causes = causesOf(facts);
  const stands = causes[0]!.cause === "finished" || causes[0]!.cause === "running";
  const begin = `Job ${job.id} of task '${job.taskName}' ${stands ? "" : "is not running: "}`;
  const sentence = begin + causes.map(({ text }) => text).join("; ");
  return { jobId: job.id, taskName: job.taskName, state: job.state, sentence, causes };
}

function causesOf(facts: ExplanationFacts): readonly ExplainedCause[] {
  const { job } = facts;
  switch (job.state) {
    case "finished":
      return [finished(job)];
    case "running":
      return [running(facts)];
    case "scheduled":
    case "blocked":
    case "ready":
    case "parked":
      return holdingCauses(facts);
    default:
      return job.state satisfies never;
  }
}

/** Everything that keeps an unfinished job from running. */
function holdingCauses(facts: ExplanationFacts): readonly ExplainedCause[] {
  const { job, nowMs } = facts;
  const reason = job.undecodable ?? job.parkedReason;
  if (reason !== null) return [cause("parked", `it is parked: ${reason}`, { reason })];
  if (deadlineMissed(job, nowMs)) {
    const until = timeOf(job.startDeadlineMs!);
    return [cause("startDeadlinePassed", `its start deadline passed at ${until}`, { startDeadline: until })];
  }
  const mayStart = isDue(job.runAtMs, nowMs) && facts.parents.length === 0;
  const holding = [
    explainedParents(facts.parents),
    !isDue(job.runAtMs, nowMs) ? notDue(facts) : undefined,
    unreachable(facts),
    facts.task?.paused ? cause("taskPaused", `task '${job.taskName}' is paused`, {}) : undefined,
    ...(mayStart ? [taskFull(facts), scheduleFull(facts), keyBusy(facts), explainedRate(facts)] : []),
    localCause(facts),
  ].filter((one) => one !== undefined);
  return holding.length > 0 ? holding : [cause("next", "nothing holds it back; a worker takes it next", {})];
}

function finished({ outcome, finishedAtMs, error }: JobRecord): ExplainedCause {
  const at = timeOf(finishedAtMs ?? 0);
  const why = error === null ? "" : `: ${error.message}`;
  return cause("finished", `finished at ${at} as ${outcome}${why}`, { outcome, finishedAt: at });
}

function running({ job, schedulers, task }: ExplanationFacts): ExplainedCause {
  const { scheduler, since } = holder(job, schedulers);
  const { retry } = resolveRunSettings(job.overrides, task?.overrides, task?.settings);
  const asked = job.cancelRequested === null ? "" : `; it was asked to stop: ${job.cancelRequested}`;
  const attempts = `attempt ${job.attempt} of ${Math.max(job.attempt, retry.maxAttempts)}`;
  return cause("running", `runs since ${since} on scheduler '${scheduler}' (${attempts})${asked}`, {
    scheduler,
    since,
    attempt: job.attempt,
    cancelRequested: job.cancelRequested,
  });
}

function notDue({ job, nowMs, task }: ExplanationFacts): ExplainedCause {
  const runAt = timeOf(job.runAtMs);
  const inMs = job.runAtMs - nowMs;
  if (job.attempt === 0 || job.error === null) {
    return cause("notDue", `it is not due until ${runAt}`, { runAt, inMs });
  }
  const { maxAttempts } = resolveRunSettings(job.overrides, task?.overrides, task?.settings).retry;
  const failed = `attempt ${job.attempt} of ${maxAttempts} failed (${job.error.message})`;
  return cause("retryBackOff", `${failed}, and the next one is not due until ${runAt}`, {
    runAt,
    inMs,
    attempt: job.attempt,
    maxAttempts,
    error: job.error.message,
  });
}

/** The live schedulers that run jobs. */
function workers({ schedulers, nowMs }: ExplanationFacts): readonly SchedulerRecord[] {
  return schedulers.filter(({ role, leaseUntilMs }) =>
    leaseUntilMs >= nowMs && (role === "worker" || role === "both")
  );
}

function knowing(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return workers(facts).filter(({ tasks }) => tasks.some(({ name }) => name === facts.job.taskName));
}

function upToDate(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return workers(facts).filter(({ tasks }) => tasks.some((task) => runsVersion(task, facts.job)));
}

function capable(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return upToDate(facts).filter(({ tags }) => coversTags(tags, facts.job.tags));
}

function unreachable(facts: ExplanationFacts): ExplainedCause | undefined {
  if (capable(facts).length > 0) return undefined;
  const { taskName, taskVersion, tags } = facts.job;
  const alive = workers(facts).map(({ name }) => name);
  if (alive.length === 0) return cause("noWorker", "no scheduler that runs jobs is alive", {});
  const known = knowing(facts).map(({ name }) => name);
  if (known.length === 0) {
    const text = `no live scheduler knows task '${taskName}' (alive: ${quoted(alive)})`;
    return cause("taskUnknown", text, { alive });
  }
  const able = upToDate(facts).map(({ name }) => name);
  if (able.length === 0) {
    const text = `no live scheduler that knows the task (${quoted(known)}) has version ${taskVersion} of it`;
    return cause("versionMissing", text, { version: taskVersion, alive: known });
  }
  const demanded = `${tags.length === 1 ? "tag" : "all of the tags"} ${quoted(tags)}`;
  const text = `no live scheduler that knows the task (${quoted(able)}) offers ${demanded}`;
  return cause("tagsMissing", text, { tags: [...tags], alive: able });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

function taskFull({ job, task, taskHolders, schedulers }: ExplanationFacts): ExplainedCause | undefined {
  const limit = taskLimit(task);
  const count = task?.runningJobs ?? taskHolders.length;
  if (limit === null || slotsLeft(limit, count) > 0) return undefined;
  const holders = taskHolders.map((one) => holder(one, schedulers));
  return cause("taskLimit", `limit of task '${job.taskName}' ${count} of ${limit}${heldBy(holders, count)}`, {
    limit,
    running: count,
    holders,
  });
}

function scheduleFull(
  { schedule, scheduleHolders, schedulers }: ExplanationFacts,
): ExplainedCause | undefined {
  if (schedule === undefined) return undefined;
  const limit = scheduleLimit(schedule.policies.overlap, schedule.policies.maxRunningJobs);
  const count = scheduleHolders.length;
  if (limit === null || slotsLeft(limit, count) > 0) return undefined;
  const holders = scheduleHolders.map((one) => holder(one, schedulers));
  const text = `limit of schedule '${schedule.id}' ${count} of ${limit}${heldBy(holders, count)}`;
  return cause("scheduleLimit", text, { scheduleId: schedule.id, limit, running: count, holders });
}

function keyBusy(
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
      `key '${key}' runs in order, and job ${keyAhead.id} is before it (${keyAhead.state})`,
      facts,
    );
  }
  const count = `${keyHolders.length} of ${limit?.max ?? 1}`;
  return cause("keyBusy", `limit of key '${key}' ${count}${heldBy(holders, keyHolders.length)}`, facts);
}

/** The cause that only the scheduler itself knows; it matters where no other one could run the job. */
function localCause(facts: ExplanationFacts): ExplainedCause | undefined {
  const { local } = facts;
  const able = capable(facts);
  if (local === undefined || able.length !== 1 || able[0]!.incarnation !== local.incarnation) {
    return undefined;
  }
  const name = able[0]!.name;
  if (local.paused) return cause("schedulerPaused", `scheduler '${name}' is paused`, { scheduler: name });
  if (!local.full) return undefined;
  const { maxConcurrentJobs } = local;
  return cause("noSlot", `scheduler '${name}' runs as many jobs as it may (${maxConcurrentJobs})`, {
    scheduler: name,
    maxConcurrentJobs,
  });
}

function timeOf(atMs: number): string {
  return instantOf(atMs).toString();
}

function cause(name: ExplanationCause, text: string, facts: ExplainedCause["facts"]): ExplainedCause {
  return { cause: name, text, facts };
}
