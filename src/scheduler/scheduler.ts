import type { EventSelector } from "../events/event.ts";
import type { SelectedEvent } from "../events/event_groups.ts";
import type { EventListener, SubscribeOptions, Subscription } from "../events/event_hub.ts";
import type { EventStream, EventStreamOptions } from "../events/event_stream.ts";
import type { Executor } from "../executors/executor.ts";
import type { JobOptions } from "../model/job_options.ts";
import type { ScheduleArgs, ScheduleOptions, ScheduleSettings } from "../model/schedule_options.ts";
import type { SchedulerRole } from "../model/states.ts";
import type {
  GivenInput,
  GivenResult,
  InputArgs,
  InputOf,
  ResultOf,
  Task,
  TaskReference,
  TaskSource,
} from "../registry/task_types.ts";
import type { DataStore } from "../stores/data_store.ts";
import type { JobCounts } from "../stores/job_store.ts";
import type { CalendarDefinition } from "../triggers/calendar/calendar.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { withDefaultParts } from "./default_parts.ts";
import type { SchedulerState } from "./environment.ts";
import type { ChangeStream, StoredEvent, StoredEventType } from "./events/change_stream.ts";
import type { StoredEventsOptions } from "./events/stored_events.ts";
import type { Explanation } from "./explain/explanation.ts";
import type { BulkAnswer, BulkFilter, BulkOptions, CancelJobsOptions } from "./jobs/bulk_jobs.ts";
import { CANCEL_REASON, type JobHandle } from "./jobs/handles.ts";
import type { JobBatch, JobBatchOptions } from "./jobs/job_batches.ts";
import type { JobEditOptions } from "./jobs/job_commands.ts";
import type { AllJobsFilter, JobsFilter } from "./jobs/job_queries.ts";
import type { JobRequest, RequestedHandles } from "./jobs/job_request.ts";
import type { JobResultOptions, RunJobOptions } from "./jobs/job_results.ts";
import type { CleanupResult } from "./lifecycle/joined_stores.ts";
import type {
  RunUntilIdleOptions,
  RunUntilStoppedOptions,
  StartOptions,
  StopOptions,
  TickOptions,
  TickResult,
} from "./lifecycle/lifecycle.ts";
import { type Page, PAGE_MAX } from "./list_pages.ts";
import {
  filterArgument,
  listArgument,
  objectArgument,
  portArgument,
  requestsArgument,
  stringArgument,
} from "./arguments.ts";
import { checkName } from "../model/option_checks.ts";
import { resolveSchedulerOptions, type SchedulerOptions } from "./scheduler_options.ts";
import { type SchedulerParts, schedulerParts } from "./scheduler_parts.ts";
import type { CalendarStoreOptions } from "./schedules/calendar_commands.ts";
import type { BackfillRange } from "./schedules/manual_runs.ts";
import type {
  AllSchedulesFilter,
  AppliedSchedule,
  AppliedSchedules,
  RemoveScheduleOptions,
  ResumeOptions,
  ScheduleHandle,
  SchedulesFilter,
} from "./schedules/schedule_commands.ts";
import type { ScheduleEditOptions } from "./schedules/schedule_edit.ts";
import type { ConfigureTaskOptions, TaskName } from "./tasks/task_commands.ts";
import type { Job, JobResult } from "./views/job.ts";
import type { JobAttempt, JobLogs } from "./views/job_history.ts";
import { type Schedule, schedulesTable } from "./views/schedule.ts";
import type { SchedulerInfo } from "./views/scheduler.ts";
import type { TaskInfo } from "./views/task.ts";

/**
 * A scheduler: processes schedules, runs jobs, or both, or only talks to the store (`role`).
 *
 * Without a `store` it keeps everything in memory, and without `executors` it runs tasks in the event loop; where both
 * are given, neither of the defaults is made. It opens its stores at the first call that needs one, and processes
 * nothing before it is started.
 *
 * @example
 * ```ts
 * import { interval, Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * await scheduler.addSchedule(greet, interval({ hours: 1 }), { id: "hourly" });
 * console.assert(await scheduler.runJob(greet) === "hello");
 * ```
 */
export class Scheduler implements AsyncDisposable {
  readonly #parts: SchedulerParts;

  /**
   * Makes a scheduler, without opening anything. Throws `invalidOption`, `unknownTimeZone`, `invalidTask` or
   * `duplicateTask` for options that do not fit.
   */
  constructor(options: SchedulerOptions = {}) {
    this.#parts = schedulerParts(resolveSchedulerOptions(withDefaultParts(options)), this);
  }

  /** Its name, shown wherever it appears. */
  get name(): string {
    return this.#parts.environment.name;
  }

  /** Its role: process schedules, run jobs, both, or neither. */
  get role(): SchedulerRole {
    return this.#parts.environment.role;
  }

  /** Its state: stopped, starting, running or stopping. */
  get state(): SchedulerState {
    return this.#parts.environment.status.state;
  }

  /** True while it is paused: it takes no work until it is resumed. */
  get paused(): boolean {
    return this.#parts.environment.status.paused;
  }

  /** Time zone of triggers that name none. */
  get timeZone(): string {
    return this.#parts.environment.timeZone;
  }

  /** The aliases of its stores, the default one first. */
  get storeNames(): readonly string[] {
    return this.#parts.units.all().map((unit) => unit.alias);
  }

  // ——— Starting and stopping ———————————————————————————————————————————————————————————————————————————————————————

  /**
   * Opens its stores now instead of at the first call that needs one: for a program that is to fail at its start, or
   * is going to add a job within a transaction. Throws what opening a store throws.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler({ role: "client" });
   * await scheduler.open();
   * ```
   */
  async open(): Promise<void> {
    await this.#parts.units.openAll();
  }

  /**
   * Starts processing, and resolves once it does. A store that cannot be reached is tried again, with a `storeFailed`
   * event, until it can be reached or `stop()` is called; await `open()` before if the program is to fail instead.
   *
   * Throws `schedulerRunning` if it is started already, `invalidState` with role `client`, and errors of opening the
   * store or writing the declared schedules that time does not mend: a refused token, a newer schema, a file that is no
   * database.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * await scheduler.startInBackground({ keepAlive: false });
   * console.assert(scheduler.state === "running");
   * ```
   */
  startInBackground(options: StartOptions = {}): Promise<void> {
    return this.#parts.lifecycle.startInBackground(options);
  }

  /**
   * Processes until `stop()` is called, or until the process gets SIGINT, SIGTERM or SIGHUP (`signals: false` leaves
   * them alone); a second signal aborts what still runs, a third one ends the process at once. Starts first if need be, with
   * the options of `startInBackground`, and throws what that throws.
   *
   * @example
   * ```ts
   * import { currentScheduler, Scheduler, task } from "carillon";
   *
   * const goodbye = task({ name: "goodbye", run: () => currentScheduler().stop({ wait: false }) });
   * const scheduler = new Scheduler({ tasks: [goodbye] });
   * await scheduler.addJob(goodbye);
   * await scheduler.runUntilStopped({ signals: false });
   * console.assert(scheduler.state === "stopped");
   * ```
   */
  runUntilStopped(options: RunUntilStoppedOptions = {}): Promise<void> {
    return this.#parts.lifecycle.runUntilStopped(options);
  }

  /**
   * Processes until nothing runs and nothing is due; with `until: "empty"` until no job and no coming fire is left at
   * all. Starts and stops itself unless it is started already. Throws what opening the store throws, `invalidState`
   * with role `client`, `schedulerRunning` while it is starting or stopping, and `invalidOperation` inside a job of it.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const job = await scheduler.addJob(greet, undefined, { delay: { milliseconds: 10 } });
   * await scheduler.runUntilIdle({ until: "empty" });
   * console.assert((await job.status()).outcome === "success");
   * ```
   */
  runUntilIdle(options: RunUntilIdleOptions = {}): Promise<void> {
    return this.#parts.lifecycle.runUntilIdle(options);
  }

  /**
   * Processes what is due and runs what is ready, once, for runtimes that only wake up now and then. Resolves when that
   * is done or the `timeout` (25 seconds by default) has passed. Throws `schedulerRunning` if it is started,
   * `invalidState` with role `client`, and what opening the store throws.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * await scheduler.addJob(greet);
   * const { finishedJobs, nextWake } = await scheduler.tick({ timeout: { seconds: 10 } });
   * console.assert(finishedJobs === 1 && nextWake === undefined);
   * ```
   */
  tick(options: TickOptions = {}): Promise<TickResult> {
    return this.#parts.lifecycle.tick(options);
  }

  /** Takes no more work until `resume`; what runs continues. Does nothing if it is paused already. */
  pause(): void {
    this.#parts.lifecycle.pause();
  }

  /** Takes work again. Does nothing unless it is paused. */
  resume(): void {
    this.#parts.lifecycle.resume();
  }

  /**
   * Stops: takes no more work, lets running jobs finish or, after the `timeout` (20 seconds by default), aborts them and
   * hands them back, then closes the stores. Resolves when it has really stopped, at the latest when the grace
   * (`abortGrace`, 5 seconds by default) after the timeout has passed, and after 5 seconds where the store is gone. A second
   * call waits for the same, and with `drain: false` hurries it. It can be started again.
   *
   * Rejects with `invalidOperation` inside a job of this scheduler, which would wait for itself: there,
   * `stop({ wait: false })` asks for the stop and resolves at once.
   */
  stop(options: StopOptions = {}): Promise<void> {
    return this.#parts.lifecycle.stop(options);
  }

  /** Stops it and ends the streams of its events: what `await using` calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#parts.events.hub.close();
  }

  /**
   * The schedulers that are registered with its stores, this one included: whether each is alive, its role, its lease, and
   * the number of jobs that it runs. One that was killed stays in the list until another one takes over its work.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler({ name: "night-shift" });
   * await scheduler.startInBackground({ keepAlive: false });
   * const [info] = await scheduler.getSchedulers();
   * console.assert(info?.name === "night-shift" && info.alive && info.runningJobs === 0);
   * ```
   */
  getSchedulers(): Promise<SchedulerInfo[]> {
    return this.#parts.schedulers.list();
  }

  // ——— Tasks ———————————————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Registers a task (or a class or instance with tasks) at run time, as if it had been in `tasks`: it is written to the
   * open stores, jobs that wait or are parked for it are taken, and on a started scheduler its declared schedules are
   * written. Executors that load modules find it only in one of theirs.
   *
   * Throws `duplicateTask` when another task has its name, `invalidTask` for what is no task, and what the stores throw:
   * adding the same task again writes it again.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * const greet = task({ name: "greet", run: () => "hello" });
   * await scheduler.addTask(greet);
   * console.assert(await scheduler.runJob(greet) === "hello");
   * ```
   */
  addTask(task: TaskSource): Promise<void> {
    return this.#parts.tasks.add(task);
  }

  /**
   * Sets how a task's jobs run, in the store, for all schedulers, also after they start again; it wins over
   * what the code says. Throws `unknownTask` for a task that no scheduler ever registered, and `invalidOption`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const crawl = task({ name: "crawl", run() {} });
   * await using scheduler = new Scheduler({ tasks: [crawl] });
   * const info = await scheduler.configureTask(crawl, {
   *   maxRunningJobs: 3,
   *   concurrency: { max: 2 },
   *   rateLimit: { limit: 100, per: { minutes: 1 } },
   *   metadata: { owner: "search" },
   * });
   * console.assert(info.settings.maxRunningJobs === 3);
   * ```
   */
  configureTask(task: TaskName, options: ConfigureTaskOptions): Promise<TaskInfo> {
    return this.#parts.tasks.configure(task, options);
  }

  /** A task as stored. Throws `unknownTask`. */
  getTask(task: TaskName): Promise<TaskInfo> {
    return this.#parts.tasks.get(task);
  }

  /** All tasks that any scheduler of its stores ever registered, by name. */
  getTasks(): Promise<TaskInfo[]> {
    return this.#parts.tasks.list();
  }

  /** Pauses a task for the whole cluster: what runs continues, no other job of it starts. Throws `unknownTask`. */
  pauseTask(task: TaskName): Promise<TaskInfo> {
    return this.#parts.tasks.setPaused(task, true);
  }

  /** Lets a paused task run again. Throws `unknownTask`. */
  resumeTask(task: TaskName): Promise<TaskInfo> {
    return this.#parts.tasks.setPaused(task, false);
  }

  /**
   * Removes a task that is no longer in any code, with its settings in the store. Throws `unknownTask`, and
   * `invalidState` while its code is registered here, a schedule is of it, or a job of it is not finished.
   */
  removeTask(task: TaskName): Promise<void> {
    return this.#parts.tasks.remove(task);
  }

  // ——— Schedules ———————————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Stores a schedule: a task, when to run it, and with which input. Adding the same id again changes what differs and
   * keeps its place (`conflictPolicy`). Works before the scheduler is started, and from inside a job.
   *
   * Throws `unknownTask`, `invalidInput`, `invalidOption`, `invalidTrigger`, `neverFires`, `unknownStore`, or with
   * `conflictPolicy: "exception"` `scheduleExists`.
   *
   * @example
   * ```ts
   * import { interval, Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const handle = await scheduler.addSchedule(greet, interval({ hours: 1 }), { id: "hourly" });
   * console.assert((await handle.get()).taskName === "greet");
   * ```
   */
  addSchedule<T extends Task<unknown, unknown>>(
    task: T,
    trigger: Trigger,
    options: ScheduleSettings & { readonly input: GivenInput<T> },
  ): Promise<ScheduleHandle>;
  addSchedule<T extends TaskReference>(
    task: T,
    trigger: Trigger,
    ...args: ScheduleArgs<InputOf<T>>
  ): Promise<ScheduleHandle>;
  async addSchedule(
    task: TaskReference,
    trigger: Trigger,
    options: ScheduleOptions = {},
  ): Promise<ScheduleHandle> {
    return await this.#parts.schedules.add(task, trigger, objectArgument(options, "options", "addSchedule"));
  }

  /**
   * Makes a group exactly these schedules, in one step: new ones are added, changed ones changed, and those of the
   * group that are not in the list are removed. Nothing outside the group is touched.
   *
   * Throws what `addSchedule` throws, `invalidOption` for an id that is in the list twice, and `scheduleExists` for one
   * that belongs to another group or to none.
   *
   * @example
   * ```ts
   * import { cron, interval, Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const hourly = { id: "hourly", task: greet, trigger: interval({ hours: 1 }) };
   * const daily = { id: "daily", task: greet, trigger: cron("0 9 * * *") };
   * await scheduler.applySchedules([hourly, daily], { group: "greetings" });
   * const { removed } = await scheduler.applySchedules([hourly], { group: "greetings" });
   * console.assert(removed[0] === "daily");
   * ```
   */
  async applySchedules(
    list: readonly AppliedSchedule[],
    options: { readonly group: string; readonly store?: string },
  ): Promise<AppliedSchedules> {
    for (const one of listArgument(list, "list", "applySchedules")) {
      objectArgument(one, "list", "applySchedules");
    }
    const { group, store } = filterArgument(options, "applySchedules");
    return await this.#parts.schedules.apply(list, checkName(group, "group", "applySchedules"), store);
  }

  /** A handle of a schedule, to look at it and to change it. Throws `scheduleNotFound`. */
  async getSchedule(id: string): Promise<ScheduleHandle> {
    return await this.#parts.schedules.get(stringArgument(id, "id", "getSchedule"));
  }

  /**
   * The schedules that match, by next fire time, page by page: 100 by default, and at most 1,000. `next` is the cursor of
   * the page after it. Throws `invalidOption` and `unknownStore`.
   */
  async getSchedules(filter: SchedulesFilter = {}): Promise<Page<Schedule>> {
    return await this.#parts.schedules.list(filterArgument(filter, "getSchedules"));
  }

  /**
   * All schedules that match, by order of adding, each once; it holds one page at a time. Throws `invalidOption` and
   * `unknownStore`.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * for await (const { id } of scheduler.allSchedules({ paused: true })) await scheduler.resumeSchedule(id);
   * ```
   */
  allSchedules(filter: AllSchedulesFilter = {}): AsyncGenerator<Schedule, void> {
    return this.#parts.schedules.all(filterArgument(filter, "allSchedules"));
  }

  /**
   * Changes a schedule; what is left out stays. A new trigger fires next at its first fire from now on. Throws
   * `scheduleNotFound`, `invalidOption`, `invalidInput` or `invalidTrigger`.
   */
  async updateSchedule(id: string, change: ScheduleEditOptions): Promise<Schedule> {
    return await this.#parts.schedules.update(stringArgument(id, "id", "updateSchedule"), change);
  }

  /** Removes a schedule. Its jobs stay by default, or are cancelled (`jobs: "cancel"`). Throws `scheduleNotFound`. */
  async removeSchedule(id: string, options: RemoveScheduleOptions = {}): Promise<void> {
    return await this.#parts.schedules.remove(stringArgument(id, "id", "removeSchedule"), options);
  }

  /** Stops a schedule from firing until it is resumed. Throws `scheduleNotFound`. */
  async pauseSchedule(id: string): Promise<Schedule> {
    return await this.#parts.schedules.pause(stringArgument(id, "id", "pauseSchedule"));
  }

  /**
   * Lets a paused schedule fire again. By default the fires of the pause are owed; with `resumeFrom` those before that
   * instant, or before now, are given up. Throws `scheduleNotFound`.
   */
  async resumeSchedule(id: string, options: ResumeOptions = {}): Promise<Schedule> {
    return await this.#parts.schedules.resume(stringArgument(id, "id", "resumeSchedule"), options);
  }

  /** Adds a job of a schedule now, outside its fire times. Throws `scheduleNotFound`. */
  async runScheduleNow(id: string): Promise<JobHandle> {
    return await this.#parts.manualRuns.runNow(stringArgument(id, "id", "runScheduleNow"));
  }

  /**
   * Makes the fire times of a range into jobs that run now, leaving out those that already have one (`again: true`
   * includes them). Throws `scheduleNotFound`, and `invalidOption` if the range holds more than `limit`, 1,000 by default.
   *
   * @example
   * ```ts
   * import { interval, Scheduler, task } from "carillon";
   *
   * const report = task({ name: "report", run() {} });
   * await using scheduler = new Scheduler({ tasks: [report] });
   * const start = "2026-01-01T00:00:00Z";
   * await scheduler.addSchedule(report, interval({ hours: 1 }, { start }), { id: "hourly" });
   * const jobs = await scheduler.backfillSchedule("hourly", { from: start, until: "2026-01-01T03:00:00Z" });
   * console.assert(jobs.length === 4);
   * ```
   */
  async backfillSchedule(id: string, range: BackfillRange): Promise<JobHandle[]> {
    return await this.#parts.manualRuns.backfill(stringArgument(id, "id", "backfillSchedule"), range);
  }

  /** A plain table of the next 1,000 schedules to fire; `write` also gets it line by line. */
  async printSchedules(options: { readonly write?: (line: string) => void } = {}): Promise<string> {
    const { items, next } = await this.getSchedules({ limit: PAGE_MAX });
    const table = schedulesTable(items, this.timeZone) + (next === undefined ? "" : "\n… and more");
    if (options.write) table.split("\n").forEach(options.write);
    return table;
  }

  // ——— Calendars ———————————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Stores a named calendar, for `trigger.except(name)` and `trigger.only(name)`. The next fires of schedules
   * that use it are computed again, and those that move are published (`scheduleUpdated`).
   *
   * Throws `invalidTrigger` for a definition that is not understood, and `unknownStore`.
   *
   * @example
   * ```ts
   * import { cron, Scheduler, task } from "carillon";
   *
   * const open = task({ name: "open", run() {} });
   * await using scheduler = new Scheduler({ tasks: [open] });
   * await scheduler.setCalendar("holidays", { dates: ["2026-12-25"] });
   * await scheduler.addSchedule(open, cron("0 9 * * *").except("holidays"), { id: "open" });
   * ```
   *
   * @example In one of several stores
   * ```ts
   * import { memory, Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler({ stores: { main: memory(), reports: memory() } });
   * await scheduler.setCalendar("holidays", { dates: ["2026-12-25"] }, { store: "reports" });
   * console.assert(Object.keys(await scheduler.getCalendars({ store: "reports" })).length === 1);
   * ```
   */
  setCalendar(
    name: string,
    definition: CalendarDefinition,
    options: CalendarStoreOptions = {},
  ): Promise<void> {
    return this.#parts.calendars.set(name, definition, options);
  }

  /** The named calendars of a store, by name. Throws `unknownStore`. */
  async getCalendars(
    options: CalendarStoreOptions = {},
  ): Promise<Readonly<Record<string, CalendarDefinition>>> {
    return await this.#parts.calendars.list(filterArgument(options, "getCalendars"));
  }

  /** Removes a calendar. Throws `unknownCalendar`, `unknownStore`, and `invalidState` while a schedule uses it. */
  async removeCalendar(name: string, options: CalendarStoreOptions = {}): Promise<void> {
    return await this.#parts.calendars.remove(stringArgument(name, "name", "removeCalendar"), options);
  }

  // ——— Adding jobs —————————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Adds a job: one run of a task, now or later. Resolves once it is stored durably; it runs wherever a worker
   * of the store is. Throws `unknownTask`, `invalidInput`, `invalidOption`, `unknownStore`, `jobNotFound` for a parent
   * in `after` that does not exist, and `invalidState` for a `transaction` begun before the store is open.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const job = await scheduler.addJob(greet, undefined, { delay: { minutes: 5 } });
   * console.assert((await job.status()).state === "scheduled");
   * ```
   */
  addJob<T extends Task<unknown, unknown>>(
    task: T,
    input: GivenInput<T>,
    options?: JobOptions,
  ): Promise<JobHandle<GivenResult<T>>>;
  addJob<T extends TaskReference>(
    task: T,
    ...args: InputArgs<InputOf<T>, JobOptions>
  ): Promise<JobHandle<ResultOf<T>>>;
  addJob(task: TaskReference, input?: unknown, options?: JobOptions): Promise<JobHandle> {
    return this.#parts.jobs.add(task, input, options);
  }

  /**
   * Adds one job for each input, or the requested jobs, which may wait for each other; all or none, in one step.
   * Throws what `addJob` throws, and `invalidOption` for jobs that wait for each other in a circle.
   */
  addJobs<T extends TaskReference>(
    task: T,
    inputs: readonly InputOf<T>[],
    options?: Omit<JobOptions, "id">,
  ): Promise<JobHandle<ResultOf<T>>[]>;
  addJobs<const Requests extends readonly JobRequest[]>(
    requests: Requests,
    options?: { readonly store?: string },
  ): Promise<RequestedHandles<Requests>>;
  async addJobs(
    tasks: TaskReference | readonly JobRequest[],
    inputs: readonly unknown[] | { readonly store?: string } = {},
    options?: Omit<JobOptions, "id">,
  ): Promise<JobHandle[]> {
    const { jobs } = this.#parts;
    if (!Array.isArray(tasks)) {
      const list = listArgument(inputs as readonly unknown[], "inputs", "addJobs");
      return await jobs.addAll(tasks as TaskReference, list, options);
    }
    const { store } = filterArgument(inputs as { readonly store?: string }, "addJobs");
    return await jobs.addRequests(requestsArgument(tasks as readonly JobRequest[], "addJobs"), store);
  }

  /**
   * Adds jobs that belong together, all or none, and a job that runs when all of them have finished (`onComplete`). They
   * may wait for each other. Throws what `addJobs` throws, and `invalidOption` for an empty batch and for jobs with
   * `idempotencyKey`, `unique` or `debounce`.
   *
   * @example
   * ```ts
   * import { jobRequest, Scheduler, task } from "carillon";
   * import { z } from "zod";
   *
   * const resize = task({ name: "resize", input: z.string(), run: (file) => `${file}.small` });
   * const publish = task({ name: "publish", run: (_input, { job }) => job.parents.length });
   * await using scheduler = new Scheduler({ tasks: [resize, publish] });
   * const requests = ["a.png", "b.png"].map((file) => jobRequest(resize, file));
   * const batch = await scheduler.addBatch(requests, { onComplete: jobRequest(publish) });
   * await scheduler.runUntilIdle();
   * console.assert((await batch.status()).outcomes.success === 2);
   * console.assert(await batch.completion?.result() === 2);
   * ```
   */
  async addBatch<const Requests extends readonly JobRequest[]>(
    requests: Requests,
    options: JobBatchOptions = {},
  ): Promise<JobBatch<RequestedHandles<Requests>>> {
    requestsArgument(requests, "addBatch");
    return await this.#parts.batches.add(requests, options) as JobBatch<RequestedHandles<Requests>>;
  }

  /** A batch that was added before, by any process. Throws `jobNotFound`. */
  async getBatch(id: string): Promise<JobBatch> {
    return await this.#parts.batches.get(stringArgument(id, "id", "getBatch"));
  }

  /**
   * Adds a job, waits until it is finished, and resolves to what the task returned. On a started scheduler any
   * worker of the store may take it; on one that is not started it runs here; with role `client` it waits for
   * another process to run it.
   *
   * Throws what `addJob` throws, and `jobFailed`, `jobTimedOut`, `jobCancelled`, `jobMissedStartDeadline`,
   * `jobAbandoned`, `jobParked` or `jobWaitsForItself`; the task's own error is the cause. Throws `invalidOption`
   * with `transaction`, `idempotencyKey`, `unique` or `debounce`, and `schedulerStopped` if it is stopped meanwhile.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const greeting: string = await scheduler.runJob(greet);
   * console.assert(greeting === "hello");
   * ```
   */
  runJob<T extends Task<unknown, unknown>>(
    task: T,
    input: GivenInput<T>,
    options?: RunJobOptions,
  ): Promise<GivenResult<T>>;
  runJob<T extends TaskReference>(
    task: T,
    ...args: InputArgs<InputOf<T>, RunJobOptions>
  ): Promise<ResultOf<T>>;
  runJob(task: TaskReference, input?: unknown, options?: RunJobOptions): Promise<unknown> {
    return this.#parts.results.run(task, input, options);
  }

  // ——— Looking at jobs —————————————————————————————————————————————————————————————————————————————————————————————

  /** A job as it is now. Throws `jobNotFound`. */
  async getJob(id: string): Promise<Job> {
    return await this.#parts.jobQueries.get(stringArgument(id, "id", "getJob"));
  }

  /**
   * The jobs that match, newest first by default, page by page: 100 by default, and at most 1,000. `next` is the cursor of
   * the page after it. Throws `invalidOption` and `unknownStore`.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * const first = await scheduler.getJobs({ outcomes: ["error"], limit: 20 });
   * const second = first.next === undefined
   *   ? undefined
   *   : await scheduler.getJobs({ outcomes: ["error"], limit: 20, cursor: first.next });
   * console.assert(second === undefined || first.items.length === 20);
   * ```
   */
  async getJobs(filter: JobsFilter = {}): Promise<Page<Job>> {
    return await this.#parts.jobQueries.list(filterArgument(filter, "getJobs"));
  }

  /**
   * All jobs that match, newest first by default; it holds one page at a time. Throws `invalidOption` and
   * `unknownStore`.
   */
  allJobs(filter: AllJobsFilter = {}): AsyncGenerator<Job, void> {
    return this.#parts.jobQueries.all(filterArgument(filter, "allJobs"));
  }

  /** Number of jobs in each state. Throws `unknownStore`. */
  async countJobs(filter: Pick<JobsFilter, "taskName" | "scheduleId" | "store"> = {}): Promise<JobCounts> {
    return await this.#parts.jobQueries.count(filterArgument(filter, "countJobs"));
  }

  /**
   * The result of a job, any number of times until its retention has expired. Waits for it by default.
   * Throws `jobNotFound`, `jobParked`, with `wait: false` `jobNotReady`, and the reason of an aborted `signal`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const { id } = await scheduler.addJob(greet);
   * await scheduler.runUntilIdle();
   * const { outcome, value } = await scheduler.getJobResult(id, { wait: false });
   * console.assert(outcome === "success" && value === "hello");
   * ```
   */
  async getJobResult(id: string, options: JobResultOptions = {}): Promise<JobResult> {
    return await this.#parts.results.get(
      stringArgument(id, "id", "getJobResult"),
      objectArgument(options, "options", "getJobResult"),
    );
  }

  /** The jobs that a job waits or waited for, in the order of its `after`. Throws `jobNotFound`. */
  async getParents(jobId: string): Promise<Job[]> {
    return await this.#parts.jobQueries.parents(stringArgument(jobId, "jobId", "getParents"));
  }

  /**
   * Every attempt of a job, oldest first, including the one that runs: who ran it, when, and how it ended. The last
   * hundred are kept, as long as the job is. Throws `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const flaky = task({
   *   name: "flaky",
   *   retry: { maxAttempts: 2, base: { milliseconds: 1 } },
   *   run(_input, { job }) {
   *     if (job.attempt === 1) throw new Error("not yet");
   *   },
   * });
   * await using scheduler = new Scheduler({ tasks: [flaky] });
   * const job = await scheduler.addJob(flaky);
   * await scheduler.runUntilIdle({ until: "empty" });
   * const attempts = await scheduler.getJobAttempts(job.id);
   * console.assert(attempts.map(({ outcome }) => outcome).join() === "error,success");
   * ```
   */
  async getJobAttempts(id: string): Promise<JobAttempt[]> {
    return await this.#parts.jobQueries.attempts(stringArgument(id, "id", "getJobAttempts"));
  }

  /**
   * The log of a job: what its task wrote with `log` in all attempts. The last thousand lines are kept, within 256 KiB,
   * as long as the job is. A running job's lines appear within half a second; live, they are `jobLog` events. Throws
   * `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const sync = task({ name: "sync", run: (_input, { log }) => log.info("copied", { files: 3 }) });
   * await using scheduler = new Scheduler({ tasks: [sync] });
   * const job = await scheduler.addJob(sync);
   * await scheduler.runUntilIdle();
   * const { lines } = await scheduler.getJobLogs(job.id);
   * console.assert(lines[0]?.message === "copied" && lines[0].fields["files"] === 3);
   * ```
   */
  async getJobLogs(id: string): Promise<JobLogs> {
    return await this.#parts.jobQueries.logs(stringArgument(id, "id", "getJobLogs"));
  }

  /**
   * Explains why a job is not running, in one sentence and as facts: it is not due, a limit and who holds it, a pause,
   * no live scheduler that knows its task, parked and why; or its state, when it runs or is finished. Throws
   * `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const report = task({ name: "report", run() {} });
   * await using scheduler = new Scheduler({ tasks: [report] });
   * await scheduler.startInBackground();
   * await scheduler.pauseTask(report);
   * const job = await scheduler.addJob(report);
   * const { sentence, causes } = await scheduler.explain(job.id);
   * console.assert(causes[0]?.cause === "taskPaused");
   * console.assert(sentence.endsWith("is not running: task 'report' is paused"));
   * ```
   */
  async explain(jobId: string): Promise<Explanation> {
    return await this.#parts.explainer.explain(stringArgument(jobId, "jobId", "explain"));
  }

  // ——— Changing jobs ———————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Changes a waiting job; what is left out stays. Throws `jobNotFound`, `invalidInput`, `invalidOption`, and
   * `invalidState` if it runs or is finished.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   * import { z } from "zod";
   *
   * const mail = task({ name: "mail", input: z.string(), run: (to) => to });
   * await using scheduler = new Scheduler({ tasks: [mail] });
   * const { id } = await scheduler.addJob(mail, "ada", { delay: { hours: 1 } });
   * const metadata = { why: "asked by phone" };
   * const job = await scheduler.updateJob(id, { runAt: "now", priority: 5, input: "grace", metadata });
   * console.assert(job.priority === 5 && job.state === "ready");
   * ```
   */
  async updateJob(id: string, change: JobEditOptions): Promise<Job> {
    return await this.#parts.jobs.update(stringArgument(id, "id", "updateJob"), change);
  }

  /**
   * Cancels a job: at once while it waits, by its signal while it runs, in whatever process. Does nothing to one that is
   * finished. Throws `jobNotFound`.
   */
  async cancelJob(id: string, reason: string = CANCEL_REASON): Promise<Job> {
    stringArgument(reason, "reason", "cancelJob");
    return await this.#parts.jobs.cancel(stringArgument(id, "id", "cancelJob"), reason);
  }

  /** Runs a finished or parked job again, with a fresh retry budget. Throws `jobNotFound` or `invalidState`. */
  async retryJob(id: string): Promise<Job> {
    return await this.#parts.jobs.retry(stringArgument(id, "id", "retryJob"));
  }

  /** Deletes a job and its result. Throws `jobNotFound`, and `invalidState` while it runs. */
  async removeJob(id: string): Promise<void> {
    return await this.#parts.jobs.remove(stringArgument(id, "id", "removeJob"));
  }

  /**
   * Cancels the jobs that match and are not finished: waiting ones at once, running ones by their signal. Throws
   * `invalidOption` for a filter that restricts nothing.
   *
   * @example Look first
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const mail = task({ name: "mail", run() {} });
   * await using scheduler = new Scheduler({ tasks: [mail] });
   * await scheduler.addJob(mail, undefined, { delay: { hours: 1 } });
   * const would = await scheduler.cancelJobs({ taskName: "mail" }, { preview: true });
   * console.assert(would.count === 1);
   * const did = await scheduler.cancelJobs({ taskName: "mail" }, { reason: "the newsletter was wrong" });
   * console.assert(did.byTask["mail"] === 1);
   * ```
   */
  async cancelJobs(filter: BulkFilter, options: CancelJobsOptions = {}): Promise<BulkAnswer> {
    if (options?.reason !== undefined) stringArgument(options.reason, "reason", "cancelJobs");
    return await this.#parts.bulkJobs.cancel(filterArgument(filter, "cancelJobs"), options);
  }

  /**
   * Runs the finished and parked jobs that match again, each with a fresh retry budget. Those that succeeded are left
   * alone, unless `outcomes` or `ids` asks for them. Throws `invalidOption` for a filter that restricts nothing.
   *
   * @example Retry what a broken server has failed
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const server = { up: false };
   * const call = task({
   *   name: "call",
   *   run() {
   *     if (!server.up) throw new Error("the server is down");
   *   },
   * });
   * await using scheduler = new Scheduler({ tasks: [call] });
   * const job = await scheduler.addJob(call);
   * await scheduler.runUntilIdle();
   * server.up = true;
   * const { ids } = await scheduler.retryJobs({ taskName: "call", outcomes: ["error"] });
   * await scheduler.runUntilIdle();
   * console.assert(ids[0] === job.id && (await job.status()).outcome === "success");
   * ```
   */
  async retryJobs(filter: BulkFilter, options: BulkOptions = {}): Promise<BulkAnswer> {
    return await this.#parts.bulkJobs.retry(filterArgument(filter, "retryJobs"), options);
  }

  /**
   * Deletes the jobs that match, with their results and history; not those that run. Throws `invalidOption` for a
   * filter that restricts nothing.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const ping = task({ name: "ping", run() {} });
   * await using scheduler = new Scheduler({ tasks: [ping] });
   * await scheduler.runJob(ping);
   * const { count } = await scheduler.removeJobs({ outcomes: ["success"] });
   * console.assert(count === 1);
   * ```
   */
  async removeJobs(filter: BulkFilter, options: BulkOptions = {}): Promise<BulkAnswer> {
    return await this.#parts.bulkJobs.remove(filterArgument(filter, "removeJobs"), options);
  }

  // ——— Events ——————————————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Calls a listener for each event, or for those of some names and groups (`"job"`, `"schedule"`, …), in the
   * order in which they happen. What a listener throws is logged. Throws `invalidOption` for a name that no event has.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * using _subscription = scheduler.subscribe((event) => event.jobId, { types: "jobFinished" });
   * ```
   */
  subscribe<const Selector extends EventSelector = EventSelector>(
    listener: EventListener<SelectedEvent<Selector>>,
    options?: SubscribeOptions<Selector>,
  ): Subscription {
    if (options !== undefined) objectArgument(options, "options", "subscribe");
    return this.#parts.events.hub.subscribe(listener, options);
  }

  /** The coming events as an async iterator, from this call on, with a bounded buffer. Throws `invalidOption`. */
  events<const Selector extends EventSelector = EventSelector>(
    types?: Selector | readonly Selector[],
    options?: EventStreamOptions,
  ): EventStream<SelectedEvent<Selector>>;
  /**
   * The events that the stores keep (jobs that ended, changes of schedules and tasks), of all processes, from behind a
   * cursor on: each once and none left out, also after a restart. They are kept for a day.
   *
   * Throws `invalidOption` for a string that is no cursor; the iterator throws `cursorExpired` for one that is too old.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const after = await scheduler.eventCursor();
   * await scheduler.runJob(greet);
   * for await (const event of scheduler.events({ after, types: "jobFinished" })) {
   *   console.assert(event.outcome === "success" && event.cursor !== after);
   *   break;
   * }
   * ```
   */
  events<const Type extends StoredEventType = StoredEventType>(
    options: StoredEventsOptions<Type>,
  ): ChangeStream<StoredEvent<Type>>;
  events(
    types?: EventSelector | readonly EventSelector[] | StoredEventsOptions,
    options?: EventStreamOptions,
  ): unknown {
    if (options !== undefined) objectArgument(options, "options", "events");
    if (typeof types === "object" && types !== null && "after" in types) {
      stringArgument(types.after, "after", "events");
      return this.#parts.storedEvents.read(types);
    }
    return this.#parts.events.hub.events(types as EventSelector[], options);
  }

  /** The present end of the stores' feeds: `events({ after })` continues there, before any event was read. */
  eventCursor(): Promise<string> {
    return this.#parts.storedEvents.cursor();
  }

  // ——— Stores and executors ————————————————————————————————————————————————————————————————————————————————————————

  /**
   * The data store of an alias, or the default one: for what only that store can do, such as a backup. What
   * every store can do goes through the scheduler's own methods, which check, publish and wake. Throws `unknownStore`.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * console.assert(scheduler.getStore().kind === "memory");
   * ```
   */
  getStore(alias?: string): DataStore {
    return this.#parts.units.get(alias === undefined ? alias : stringArgument(alias, "alias", "getStore"))
      .store;
  }

  /** Adds a data store at run time. Throws `invalidOption` if the alias is taken, and what opening the store throws. */
  async addStore(alias: string, store: DataStore): Promise<void> {
    return await this.#parts.stores.add(
      stringArgument(alias, "alias", "addStore"),
      portArgument(store, "store", "addStore", "open", "getJobs"),
    );
  }

  /** Takes a data store out, once its running jobs have finished, and closes it. Throws `unknownStore`. */
  async removeStore(alias: string): Promise<void> {
    return await this.#parts.stores.remove(stringArgument(alias, "alias", "removeStore"));
  }

  /**
   * Deletes what has expired now, old events of the feed too, in small steps; a running scheduler does that by itself.
   * Resolves to the number of deleted jobs and schedules.
   */
  cleanup(): Promise<CleanupResult> {
    return this.#parts.stores.cleanUp();
  }

  /** Adds an executor at run time. Throws `invalidOption` if the name is taken. */
  addExecutor(name: string, executor: Executor): void {
    portArgument(executor, "executor", "addExecutor", "run");
    this.#parts.executors.add(checkName(name, "name", "addExecutor"), executor);
  }

  /**
   * Takes an executor out: jobs that ask for it fail from then on; what it runs continues. Unless it is still here by
   * another name, it is closed as at a stop: idle threads and processes end now, busy ones after their job. It may be
   * added again. Throws `unknownExecutor`.
   *
   * @example
   * ```ts
   * import { eventLoop, Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * scheduler.addExecutor("extra", eventLoop());
   * await scheduler.removeExecutor("extra");
   * ```
   */
  async removeExecutor(name: string): Promise<void> {
    return await this.#parts.executors.remove(stringArgument(name, "name", "removeExecutor"));
  }
}
