/**
 * Carillon: a task scheduler and job queue for TypeScript.
 *
 * @module
 */

// The scheduler
export { Scheduler } from "./src/scheduler/scheduler.ts";
export type { SchedulerOptions } from "./src/scheduler/scheduler_options.ts";
export type { SchedulerState } from "./src/scheduler/environment.ts";
export type {
  RunUntilIdleOptions,
  RunUntilStoppedOptions,
  StartOptions,
  StopOptions,
  TickOptions,
  TickResult,
} from "./src/scheduler/lifecycle/lifecycle.ts";
export type { IdleCondition } from "./src/scheduler/lifecycle/idle.ts";
export type { CleanupResult } from "./src/scheduler/lifecycle/joined_stores.ts";
export type { ConfigureTaskOptions, TaskName } from "./src/scheduler/tasks/task_commands.ts";
export type { SchedulerInfo } from "./src/scheduler/views/scheduler.ts";
export type { TaskInfo } from "./src/scheduler/views/task.ts";
export type {
  AllSchedulesFilter,
  AppliedSchedule,
  AppliedSchedules,
  RemoveScheduleOptions,
  ResumeOptions,
  ScheduleHandle,
  SchedulesFilter,
} from "./src/scheduler/schedules/schedule_commands.ts";
export type { ScheduleEditOptions } from "./src/scheduler/schedules/schedule_edit.ts";
export type { Page, PageOptions } from "./src/scheduler/list_pages.ts";
export type { BackfillRange } from "./src/scheduler/schedules/manual_runs.ts";
export type { CalendarStoreOptions } from "./src/scheduler/schedules/calendar_commands.ts";
export type { Schedule, ScheduleCounts } from "./src/scheduler/views/schedule.ts";
export type { AddOutcome, JobHandle } from "./src/scheduler/jobs/handles.ts";
export type { JobEditOptions } from "./src/scheduler/jobs/job_commands.ts";
export type { AllJobsFilter, JobsFilter } from "./src/scheduler/jobs/job_queries.ts";
export type { JobResultOptions, RunJobOptions, WaitOptions } from "./src/scheduler/jobs/job_results.ts";
export type {
  BulkAnswer,
  BulkFilter,
  BulkOptions,
  CancelJobsOptions,
} from "./src/scheduler/jobs/bulk_jobs.ts";
export type { JobBatch, JobBatchOptions, JobBatchStatus } from "./src/scheduler/jobs/job_batches.ts";
export {
  type JobRequest,
  jobRequest,
  type RequestedHandles,
  type RequestOptions,
} from "./src/scheduler/jobs/job_request.ts";
export type { ExplainedCause, Explanation, ExplanationCause } from "./src/scheduler/explain/explanation.ts";
export type { Job, JobResult } from "./src/scheduler/views/job.ts";
export type { JobAttempt, JobLogLine, JobLogs } from "./src/scheduler/views/job_history.ts";
export type { AttemptOutcome } from "./src/model/job_history.ts";

// Tasks
export { task, taskRef } from "./src/registry/task.ts";
export { schedule } from "./src/registry/schedule.ts";
export type {
  BatchResult,
  GivenInput,
  GivenResult,
  InputArgs,
  InputOf,
  MethodOptions,
  MiddlewareOf,
  ResultOf,
  Task,
  TaskDefinition,
  TaskMethod,
  TaskReference,
  TaskSchedule,
  TaskSource,
  UncheckedTaskDefinition,
} from "./src/registry/task_types.ts";
export type { BatchDecorator, BatchDefinition } from "./src/registry/batch_types.ts";
export type { BatchOptions, DefaultOptions, RunOptions, TaskOptions } from "./src/model/task_options.ts";
export type { ScheduleDecorator, TaskDecorator } from "./src/registry/decorator_types.ts";
export type { StandardSchema } from "./src/model/standard_schema.ts";
export type { RetentionOptions, TaskRetentionOptions } from "./src/model/retention_options.ts";
export type {
  DebounceOptions,
  IdentityBy,
  IdentityOptions,
  UniqueOptions,
} from "./src/model/identity_options.ts";
export type {
  ConcurrencyOptions,
  KeyLimitOptions,
  RateLimitOptions,
  RateOptions,
} from "./src/model/limit_options.ts";
export type { BackoffFunction, RetryOptions, TaskRetryOptions } from "./src/model/retry_options.ts";
export type {
  ScheduleArgs,
  ScheduleOptions,
  SchedulePolicyOptions,
  ScheduleSettings,
} from "./src/model/schedule_options.ts";
export type { JobOptions } from "./src/model/job_options.ts";
export type {
  BatchStatement,
  ClientTransaction,
  ConnectionInTransaction,
  JobTransaction,
  StatementList,
} from "./src/model/job_transaction.ts";
export type { JobReference, ParentOptions } from "./src/model/parents.ts";

// Inside a job
export { currentJob, tryCurrentJob } from "./src/context/current_job.ts";
export { parentResultOf, parentResultsOf } from "./src/context/parent_results.ts";
export type {
  BatchContext,
  BatchJob,
  CompleteIn,
  CurrentJob,
  JobLog,
  JobTools,
  ParentFailure,
  ParentResult,
  ParentSuccess,
  ProgressInput,
  ReportProgress,
  RunningJob,
  TaskContext,
} from "./src/context/task_context.ts";
export {
  cancel,
  RetryAfter,
  type RetryAfterInput,
  type RetryAfterOptions,
  snooze,
} from "./src/context/snooze_and_cancel.ts";
export type { Middleware } from "./src/context/middleware.ts";
export type { FailedOutcome, FailureContext, JobFailure } from "./src/context/job_failure.ts";
export { currentScheduler } from "./src/scheduler/current_scheduler.ts";

// Triggers
export { and, type AndOptions, or } from "./src/triggers/and_or.ts";
export { calendarInterval, type CalendarIntervalOptions } from "./src/triggers/calendar_interval.ts";
export type { TimeOfDay, TimeOfDayInput } from "./src/triggers/time_of_day.ts";
export { cron, type CronOptions } from "./src/triggers/cron/cron.ts";
export type { CronFields } from "./src/triggers/cron/cron_named_fields.ts";
export type { ClockGapPolicy, ClockOverlapPolicy } from "./src/triggers/zoned_search.ts";
export type { WindowOptions } from "./src/triggers/window.ts";
export { date, type DateOptions } from "./src/triggers/date.ts";
export { fixedDelay, type FixedDelayOptions } from "./src/triggers/fixed_delay.ts";
export { interval, type IntervalOptions } from "./src/triggers/interval.ts";
export { describe, type DescribeOptions } from "./src/triggers/words/describe.ts";
export { lint, type LintFinding, type LintRule } from "./src/triggers/words/lint.ts";
export { neverFires } from "./src/triggers/never_fires.ts";
export { registerTrigger, triggerFromJSON, type TriggerLogic } from "./src/triggers/trigger_registry.ts";
export { calendarsOf, sameTrigger } from "./src/triggers/definition.ts";
export {
  type CalendarDefinition,
  validateCalendar,
  type YearlyRule,
} from "./src/triggers/calendar/calendar.ts";
export { calendarView } from "./src/triggers/calendar/calendar_view.ts";
export { jitterOffsetMs, spreadOffsetMs } from "./src/triggers/jitter.ts";
export type {
  CalendarOptions,
  CalendarView,
  OnHoliday,
  PreviewOptions,
  Trigger,
  TriggerContext,
  TriggerJSON,
} from "./src/triggers/trigger.ts";

// Events
export type { CarillonEvent, EventGroup, EventOf, EventSelector, EventType } from "./src/events/event.ts";
export type { EventListener, SubscribeOptions, Subscription } from "./src/events/event_hub.ts";
export type { EventStream, EventStreamOptions } from "./src/events/event_stream.ts";
export type { ChangeStream, StoredEvent, StoredEventType } from "./src/scheduler/events/change_stream.ts";
export type { StoredEventsOptions } from "./src/scheduler/events/stored_events.ts";
export type { SelectedEvent } from "./src/events/event_groups.ts";

// Parts and ports
export { memory } from "./src/stores/memory.ts";
export { eventLoop } from "./src/executors/event_loop.ts";
export { richJson } from "./src/serializers/rich_json.ts";
export { plainJson } from "./src/serializers/plain_json.ts";
export { systemClock } from "./src/time/system_clock.ts";
export type { DataStore, StoreCapabilities, StoreContext } from "./src/stores/data_store.ts";
export type { JobCounts, JobFilter } from "./src/stores/job_store.ts";
export type { ScheduleFilter } from "./src/stores/schedule_store.ts";
export { localBroker } from "./src/brokers/local_broker.ts";
export type { BrokerConnection, BrokerListener, EventBroker } from "./src/brokers/event_broker.ts";
export type { Executor, ExecutorRun } from "./src/executors/executor.ts";
export type { Serializer } from "./src/serializers/serializer.ts";
export { consoleLogger, type ConsoleLoggerOptions } from "./src/model/console_logger.ts";
export type { Logger, LogLevel } from "./src/model/logger.ts";
export type { Clock, Timer, TimerOptions } from "./src/time/clock.ts";
export type { DurationInput } from "./src/time/duration.ts";
export type { MomentInput } from "./src/time/moment.ts";
export type { JsonValue, Metadata, Payload } from "./src/model/payload.ts";
export type { JobFacts, JobProgress, ParentFacts, StoredError } from "./src/model/job_record.ts";
export type { ScheduleCounters } from "./src/model/schedule_record.ts";
export type { RunSettings } from "./src/model/settings.ts";
export type {
  CoalescePolicy,
  ConflictPolicy,
  JobOutcome,
  JobState,
  LostLeasePolicy,
  OverlapPolicy,
  ParentFailurePolicy,
  SchedulerRole,
  ScheduleStatus,
} from "./src/model/states.ts";
export { CarillonError, type ErrorCode, type ErrorDetails } from "./src/errors.ts";

// The configuration file of the command line
export { type Configuration, defineConfig } from "./src/cli/configuration/configuration.ts";
export type { StoreConfiguration, StoreSetting } from "./src/cli/configuration/store_setting.ts";
