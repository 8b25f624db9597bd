import {
  claimOrderAt,
  coversTags,
  deadlineMissed,
  isDue,
  keyLimit,
  keySlotsLeft,
  missedDeadlineTransition,
  rateLimit,
  runsVersion,
  scheduleLimit,
  slotsLeft,
  taskLimit,
} from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { TaskClaim } from "../../model/task_claim.ts";
import { claimedJob, transitionedJob, wokenJob } from "../../model/transitions.ts";
import type { ClaimAnswer, ClaimRequest } from "../job_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { noteStart, rateOpen, rateUse } from "./rate_use.ts";
import { settleChildren } from "./settle_children.ts";
import { SortedList } from "./sorted_list.ts";

/** Wakes due jobs, ends those whose start deadline has passed, and takes jobs for an incarnation. */
export function claimJobs(state: MemoryState, request: ClaimRequest, nowMs: number): ClaimAnswer {
  const missed = endMissed(state, nowMs);
  settleChildren(state, nowMs);
  wakeDue(state, nowMs);
  const { claimed, more } = takeJobs(state, request, nowMs);
  return { nowMs, claimed, missed, nextRunAtMs: nextRunAtMs(state, request, nowMs), more };
}

/** Takes ready jobs in claim order as far as limits allow. */
export function takeJobs(
  state: MemoryState,
  request: ClaimRequest,
  nowMs: number,
): Pick<ClaimAnswer, "claimed" | "more"> {
  const claimed: JobRecord[] = [];
  const scheduler = state.schedulers.get(request.incarnation);
  if (scheduler === undefined) return { claimed, more: false };
  const tasks = new Map(request.tasks.map((task) => [task.name, task]));
  const left = new Map(request.tasks.map(({ name, max = Infinity }) => [name, max]));
  for (const job of candidates(state, tasks, request.jobIds, nowMs)) {
    const { max = Infinity } = tasks.get(job.taskName)!;
    if (max <= 0 || !coversTags(scheduler.tags, job.tags) || !mayStart(state, job, nowMs)) continue;
    if (claimed.length >= request.limit) return { claimed, more: true };
    const rest = left.get(job.taskName)!;
    if (rest <= 0) continue;
    left.set(job.taskName, rest - 1);
    noteStart(state, job, nowMs);
    claimed.push(state.jobs.put(claimedJob(job, request.incarnation, nowMs)));
  }
  return { claimed, more: false };
}

/** Whether a task is not paused and has a slot left. */
export function taskOpen(state: MemoryState, taskName: string): boolean {
  const task = state.tasks.get(taskName);
  const running = state.jobs.ofTask(taskName)?.running.size ?? 0;
  return !task?.paused && slotsLeft(taskLimit(task), running) > 0;
}

/** Whether a schedule has a slot left; one that was removed limits nothing any more. */
export function scheduleOpen(state: MemoryState, scheduleSeq: number): boolean {
  const schedule = state.schedules.bySeq(scheduleSeq);
  if (schedule === undefined) return true;
  const limit = scheduleLimit(schedule.policies.overlap, schedule.policies.maxRunningJobs);
  return slotsLeft(limit, state.jobs.ofSchedule(scheduleSeq)?.running.size ?? 0) > 0;
}

/** Whether a job's key, where it has one, has a slot left for it. */
export function keyOpen(state: MemoryState, job: JobRecord): boolean {
  const { taskName, concurrencyKey } = job;
  const limit = concurrencyKey === null ? null : keyLimit(state.tasks.get(taskName));
  if (limit === null || concurrencyKey === null) return true;
  const jobs = state.jobs.ofKey(taskName, concurrencyKey);
  const first = jobs?.unfinished.first();
  return keySlotsLeft(limit, jobs?.running.size ?? 0, first === undefined || first.seq >= job.seq) > 0;
}

function mayStart(state: MemoryState, job: JobRecord, nowMs: number): boolean {
  return taskOpen(state, job.taskName) && !deadlineMissed(job, nowMs) &&
    (job.scheduleSeq === null || scheduleOpen(state, job.scheduleSeq)) && keyOpen(state, job) &&
    rateOpen(state, job, nowMs);
}

type AskedTasks = ReadonlyMap<string, TaskClaim>;

/** Jobs that the scheduler's code can run, in claim order. */
function* candidates(
  state: MemoryState,
  tasks: AskedTasks,
  jobIds: readonly string[] | undefined,
  nowMs: number,
): Generator<JobRecord> {
  const jobs = jobIds === undefined
    ? headsInOrder(state, tasks, nowMs)
    : namedJobs(state, tasks, jobIds, nowMs);
  for (const job of jobs) {
    if (runsVersion(tasks.get(job.taskName)!, job)) yield job;
  }
}

/** The heads of the lanes of all these tasks in claim order; goes on behind each one, taken or not. */
function* headsInOrder(state: MemoryState, tasks: AskedTasks, nowMs: number): Generator<JobRecord> {
  const heads = new SortedList<JobRecord>(claimOrderAt(nowMs));
  for (const taskName of tasks.keys()) {
    const first = taskOpen(state, taskName) ? state.jobs.ofTask(taskName)?.ready.firstHeads() : undefined;
    for (const head of first ?? []) heads.add(head);
  }
  for (let head = heads.first(); head !== undefined; head = heads.first()) {
    heads.delete(head);
    yield head;
    if (!taskOpen(state, head.taskName)) continue;
    const next = state.jobs.ofTask(head.taskName)?.ready.headAfter(head);
    if (next !== undefined) heads.add(next);
  }
}

function namedJobs(
  state: MemoryState,
  tasks: AskedTasks,
  ids: readonly string[],
  nowMs: number,
): readonly JobRecord[] {
  return [...new Set(ids)]
    .map((id) => state.jobs.byId(id))
    .filter((job) => job !== undefined)
    .filter((job) => job.state === "ready" && tasks.has(job.taskName))
    .sort(claimOrderAt(nowMs));
}

function endMissed(state: MemoryState, nowMs: number): readonly JobRecord[] {
  const missed: JobRecord[] = [];
  let job = state.jobs.deadlines.first();
  while (job !== undefined && deadlineMissed(job, nowMs)) {
    const transition = missedDeadlineTransition(state.settingsOf(job));
    missed.push(state.finishJob(transitionedJob(job, transition, nowMs), nowMs));
    job = state.jobs.deadlines.first();
  }
  return missed;
}

function wakeDue(state: MemoryState, nowMs: number): void {
  let job = state.jobs.scheduled.first();
  while (job !== undefined && isDue(job.runAtMs, nowMs)) {
    state.jobs.put(wokenJob(job));
    job = state.jobs.scheduled.first();
  }
}

function nextRunAtMs(state: MemoryState, request: ClaimRequest, nowMs: number): number | null {
  const taskNames = new Set(request.tasks.map(({ name }) => name));
  const next = request.jobIds === undefined
    ? [...taskNames].map((name) => state.jobs.ofTask(name)?.scheduled.first())
    : request.jobIds.map((id) => state.jobs.byId(id));
  const deadlineMs = request.jobIds === undefined ? state.jobs.deadlines.first()?.startDeadlineMs : undefined;
  let earliest = deadlineMs === undefined || deadlineMs === null ? null : deadlineMs + 1;
  for (const job of next) {
    if (job?.state !== "scheduled" || !taskNames.has(job.taskName)) continue;
    if (earliest === null || job.runAtMs < earliest) earliest = job.runAtMs;
  }
  for (const startAtMs of nextStarts(state, taskNames, nowMs)) {
    if (earliest === null || startAtMs < earliest) earliest = startAtMs;
  }
  return earliest;
}

/** When the rates of these tasks let another job start, where one waits for that. */
function* nextStarts(state: MemoryState, taskNames: Iterable<string>, nowMs: number): Generator<number> {
  for (const taskName of taskNames) {
    if (rateLimit(state.tasks.get(taskName)) === null) continue;
    const ready = state.jobs.ofTask(taskName)?.ready;
    for (const head of ready?.heads() ?? []) {
      const startAtMs = rateUse(state, head, nowMs)?.nextStartAtMs ?? null;
      if (startAtMs !== null) yield startAtMs;
    }
  }
}
