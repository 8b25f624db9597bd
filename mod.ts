/**
 * Carillon: a task scheduler and job queue for TypeScript.
 *
 * @module
 */

// Scheduling
export { Scheduler } from "./src/preset/scheduler.ts";
export {
  SchedulerCore,
  type StartOptions,
  type StopOptions,
  type TickResult,
} from "./src/scheduler/scheduler_core.ts";
export type { SchedulerState } from "./src/scheduler/scheduler_base.ts";
export type { SchedulerOptions } from "./src/scheduler/scheduler_options.ts";
export type { ConfigureTaskOptions, TaskName } from "./src/scheduler/scheduler_tasks.ts";
export type { AppliedSchedule, ResumeOptions, SchedulesFilter } from "./src/scheduler/scheduler_schedules.ts";
export type { ScheduleEditOptions } from "./src/scheduler/commands/schedule_edit.ts";
export type { JobEditOptions, JobsFilter } from "./src/scheduler/scheduler_jobs.ts";
export type {
  AddOutcome,
  JobHandle,
  RemoveScheduleOptions,
  ScheduleHandle,
  WaitOptions,
} from "./src/scheduler/handles.ts";
export type { IdleCondition } from "./src/scheduler/idle.ts";
export type { Job, JobResult } from "./src/scheduler/views/job.ts";
export type { Schedule } from "./src/scheduler/views/schedule.ts";
export type { TaskInfo } from "./src/scheduler/views/task.ts";

// Tasks
export { task } from "./src/registry/task.ts";
export { schedule } from "./src/registry/schedule.ts";
export { taskRef } from "./src/registry/task_ref.ts";
export { currentJob, tryCurrentJob } from "./src/context/job_context.ts";
export { currentScheduler } from "./src/scheduler/current_scheduler.ts";

// Triggers
export { cron } from "./src/triggers/cron.ts";
export { date } from "./src/triggers/date.ts";
export { interval } from "./src/triggers/interval.ts";

// Parts
export { memory } from "./src/stores/memory.ts";
export { eventLoop } from "./src/executors/event_loop.ts";
export { systemClock } from "./src/time/system_clock.ts";
export type { Clock, Timer, TimerOptions } from "./src/time/clock.ts";
export { CarillonError, type ErrorCode, type ErrorDetails } from "./src/errors.ts";
