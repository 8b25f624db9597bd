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
import { type JobRecord, withoutPayloads } from "../../model/job_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { TaskClaim } from "../../model/task_record.ts";
import { claimedJob, transitionedJob, wokenJob } from "../../model/transitions.ts";
import type { ClaimAnswer, ClaimRequest } from "../job_store.ts";
import { type HeadQueue, slotOfKey, slotOfSchedule } from "./ready_queue.ts";
import type { MemoryState } from "./memory_state.ts";
import { noteStart, rateOpen, rateUse } from "./rates.ts";
import { settleChildren } from "./settle_children.ts";
import { SortedList } from "./sorted_list.ts";

/** Wakes due jobs, ends those whose start deadline has passed, and takes jobs for an incarnation. */
export function claimJobs(
  state: MemoryState,
  request: ClaimRequest,
  nowMs: number,
): Omit<ClaimAnswer, "held"> {
  const missed = endMissed(state, nowMs);
  settleChildren(state, nowMs);
  wakeDue(state, nowMs);
  const { claimed, more } = takeJobs(state, request, nowMs);
  const left = request.tasks.some(({ name }) => !(state.jobs.ofTask(name)?.ready.isEmpty ?? true));
  return { nowMs, claimed, missed, nextRunAtMs: nextRunAtMs(state, request, nowMs), more, backlog: left };
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
  const places = request.jobIds === undefined
    ? headsInOrder(state, request.tasks, scheduler, nowMs)
    : namedInOrder(state, request.tasks, request.jobIds, scheduler, nowMs);
  for (const { job, asked } of places) {
    if (!mayStart(state, job, nowMs)) continue;
    if (claimed.length >= request.limit) return { claimed, more: true };
    if (asked.left <= 0) continue;
    asked.left--;
    noteStart(state, job, nowMs);
    claimed.push(state.jobs.put(claimedJob(job, request.incarnation, nowMs)));
  }
  return { claimed, more: false };
}

/** A task that was asked for. */
interface AskedTask {
  readonly task: TaskClaim;
  /** Number of its jobs that may still be taken. */
  left: number;
}

/** A job that may be taken if limits allow. */
interface Candidate {
  readonly job: JobRecord;
  readonly asked: AskedTask;
}

/** True if a task is not paused and has a slot left. */
export function taskOpen(state: MemoryState, taskName: string): boolean {
  const task = state.tasks.get(taskName);
  const running = state.jobs.ofTask(taskName)?.running ?? 0;
  return !task?.paused && slotsLeft(taskLimit(task), running) > 0;
}

/** True if a schedule has a slot left; one that was removed no longer limits anything. */
export function scheduleOpen(state: MemoryState, scheduleSeq: number): boolean {
  const schedule = state.schedules.bySeq(scheduleSeq);
  if (schedule === undefined) return true;
  const limit = scheduleLimit(schedule.policies.overlap, schedule.policies.maxRunningJobs);
  return slotsLeft(limit, state.jobs.ofSchedule(scheduleSeq)?.running ?? 0) > 0;
}

/** True if a job's key, where it has one, has a slot left for it. */
export function keyOpen(state: MemoryState, job: JobRecord): boolean {
  const { taskName, concurrencyKey } = job;
  const limit = concurrencyKey === null ? null : keyLimit(state.tasks.get(taskName));
  if (limit === null || concurrencyKey === null) return true;
  const jobs = state.jobs.ofKey(taskName, concurrencyKey);
  const first = jobs?.unfinished.first();
  return keySlotsLeft(limit, jobs?.running ?? 0, first === undefined || first.seq >= job.seq) > 0;
}

/** True if a job may start now. Where it waits for a slot of its schedule or its key, so do all behind it in its lane. */
function mayStart(state: MemoryState, job: JobRecord, nowMs: number): boolean {
  if (!taskOpen(state, job.taskName) || deadlineMissed(job, nowMs)) return false;
  if (job.scheduleSeq !== null && !scheduleOpen(state, job.scheduleSeq)) {
    return wait(state, job, slotOfSchedule(job.scheduleSeq));
  }
  return keyOpen(state, job) ? rateOpen(state, job, nowMs) : wait(state, job, slotOfKey(job));
}

function wait(state: MemoryState, job: JobRecord, slot: string): false {
  state.jobs.ofTask(job.taskName)?.ready.close(job, slot);
  return false;
}

/** The heads of the lanes of all these tasks in claim order; continues behind each one, taken or not. */
function* headsInOrder(
  state: MemoryState,
  tasks: readonly TaskClaim[],
  { tags }: SchedulerRecord,
  nowMs: number,
): Generator<Candidate> {
  const first = tasks.flatMap((task) => firstPlaces(state, task, tags));
  if (first.length <= 1) {
    for (let place = first[0]; place !== undefined; place = behind(state, place)) yield place;
    return;
  }
  const order = claimOrderAt(nowMs);
  const places = new SortedList<Place>((a, b) => order(a.job, b.job));
  for (const place of first) places.add(place);
  for (let place = places.first(); place !== undefined; place = places.first()) {
    yield place;
    places.replace(place, behind(state, place));
  }
}

/** The place reached in a queue. */
interface Place extends Candidate {
  readonly queue: HeadQueue;
}

/** The heads of a task's queues from which code of this version with these tags can take jobs. */
function firstPlaces(state: MemoryState, task: TaskClaim, tags: readonly string[]): readonly Place[] {
  const { name, max = Infinity } = task;
  const ready = state.jobs.ofTask(name)?.ready;
  if (ready === undefined || ready.isEmpty || max <= 0 || !taskOpen(state, name)) return noPlaces;
  const asked = { task, left: max };
  const places: Place[] = [];
  for (const queue of ready.queues) {
    const job = queue.heads.first();
    if (job !== undefined && fits(job, task, tags)) places.push({ job, asked, queue });
  }
  return places;
}

const noPlaces: readonly Place[] = [];

function behind(state: MemoryState, { job, asked, queue }: Place): Place | undefined {
  if (!taskOpen(state, job.taskName)) return undefined;
  const next = queue.heads.after(job);
  return next && { job: next, asked, queue };
}

function namedInOrder(
  state: MemoryState,
  tasks: readonly TaskClaim[],
  ids: readonly string[],
  { tags }: SchedulerRecord,
  nowMs: number,
): readonly Candidate[] {
  const all = new Map(tasks.map((task) => [task.name, { task, left: task.max ?? Infinity }]));
  const candidates = [...new Set(ids)].flatMap((id) => {
    const job = state.jobs.byId(id);
    const asked = job && all.get(job.taskName);
    return asked && job.state === "ready" && fits(job, asked.task, tags) ? [{ job, asked }] : [];
  });
  const order = claimOrderAt(nowMs);
  return candidates.filter(({ asked }) => asked.left > 0).sort((a, b) => order(a.job, b.job));
}

/** True if a scheduler that has this code and offers these tags can take a job. */
function fits(job: JobRecord, task: TaskClaim, tags: readonly string[]): boolean {
  return runsVersion(task, job) && coversTags(tags, job.tags);
}

function endMissed(state: MemoryState, nowMs: number): readonly JobRecord[] {
  const missed: JobRecord[] = [];
  let job = state.jobs.deadlines.first();
  while (job !== undefined && deadlineMissed(job, nowMs)) {
    const transition = missedDeadlineTransition(state.settingsOf(job));
    missed.push(withoutPayloads(state.finishJob(transitionedJob(job, transition, nowMs), nowMs)));
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

function nextRunAtMs(state: MemoryState, { tasks, jobIds }: ClaimRequest, nowMs: number): number | null {
  let earliestMs = jobIds === undefined ? nextOfAll(state, tasks) : nextOfNamed(state, tasks, jobIds);
  for (const { name } of tasks) {
    if (rateLimit(state.tasks.get(name)) === null) continue;
    for (const head of state.jobs.ofTask(name)?.ready.heads() ?? []) {
      earliestMs = Math.min(earliestMs, rateUse(state, head, nowMs)?.nextStartAtMs ?? Infinity);
    }
  }
  return earliestMs === Infinity ? null : earliestMs;
}

function nextOfAll(state: MemoryState, tasks: readonly TaskClaim[]): number {
  const deadlineMs = state.jobs.deadlines.first()?.startDeadlineMs ?? Infinity;
  let earliestMs = deadlineMs + 1;
  for (const { name } of tasks) {
    earliestMs = Math.min(earliestMs, state.jobs.ofTask(name)?.scheduled.first()?.runAtMs ?? Infinity);
  }
  return earliestMs;
}

function nextOfNamed(state: MemoryState, tasks: readonly TaskClaim[], ids: readonly string[]): number {
  const names = new Set(tasks.map(({ name }) => name));
  const jobs = ids.map((id) => state.jobs.byId(id)).filter((job) => job !== undefined);
  const scheduled = jobs.filter(({ state, taskName }) => state === "scheduled" && names.has(taskName));
  return scheduled.reduce((earliestMs, { runAtMs }) => Math.min(earliestMs, runAtMs), Infinity);
}
