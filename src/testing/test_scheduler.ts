import { CarillonError, messageOf } from "../errors.ts";
import * as check from "../model/option_checks.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { TaskRegistry } from "../registry/task_registry.ts";
import type { InputOf, ResultOf, TaskReference } from "../registry/task_types.ts";
import { decodePayload } from "../serializers/payload.ts";
import { richJson } from "../serializers/rich_json.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { schedulerOptionKeys, type SchedulerOptions } from "../scheduler/scheduler_options.ts";
import type { Schedule } from "../scheduler/views/schedule.ts";
import type { DataStore } from "../stores/data_store.ts";
import { memory } from "../stores/memory.ts";
import { sleep } from "../time/clock.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { epochMsOf, type MomentInput } from "../time/moment.ts";
import { systemClock } from "../time/system_clock.ts";
import { temporalName } from "../time/temporal.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { assertTimes, checkExpected, type Expected, failure, inputFits } from "./kit/assertions.ts";
import { chance } from "./kit/chance.ts";
import { History } from "./kit/history.ts";
import { Quiet } from "./kit/quiet.ts";
import { TestClock } from "./kit/test_clock.ts";
import { inputOf, type TestRun, testRun } from "./kit/test_run.ts";
import { timelineTable } from "./kit/timeline.ts";
import { watchStore } from "./kit/watch_store.ts";

/** Options of {@linkcode testScheduler}: all of a scheduler's, but the clock, which is the test's own. */
export interface TestSchedulerOptions extends Omit<SchedulerOptions, "clock"> {
  /**
   * Start of the test: `"2026-03-28T00:00[Europe/Berlin]"`, an ISO string with an offset, or any other point in time.
   * Its zone is the scheduler's `timeZone` unless that is given. @default "2026-01-01T00:00Z"
   */
  readonly start?: MomentInput;
  /**
   * Longest wait, in real time and once for each job, for a job that does something the clock does not see: real
   * input and output, or waiting for the test itself. @default { seconds: 1 }
   */
  readonly patience?: DurationInput;
  /** Long by default, so that heartbeats do not fill the virtual time of a test. @default { hours: 1 } */
  readonly lease?: DurationInput;
}

/** Jitter and back-off are the same in every run of a test. */
const SEED = 1;
const DEFAULT_START = "2026-01-01T00:00Z";

const optionKeys = schedulerOptionKeys.filter((key) => key !== "clock");

/**
 * A started scheduler for one test, on a clock and a store of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cron, task } from "carillon";
 * import { testScheduler } from "carillon/testing";
 *
 * const report = task({ name: "report", schedules: [{ trigger: cron("0 9 * * *") }], run: () => "done" });
 * await using t = await testScheduler({
 *   tasks: [report],
 *   start: "2026-03-28T00:00[Europe/Berlin]",
 *   patience: { seconds: 5 },
 *   lease: { minutes: 5 },
 * });
 * await t.clock.advance({ days: 3 });
 * t.assertRan(report, { times: 3 });
 * assert.equal(t.ran(report)[1]?.startedAt.toString(), "2026-03-29T07:00:00Z");
 * ```
 */
export async function testScheduler(options: TestSchedulerOptions = {}): Promise<TestScheduler> {
  const test = new TestScheduler(options);
  if (test.scheduler.role !== "client") await started(test);
  return test;
}

/**
 * The scheduler of a test, made by {@linkcode testScheduler}. `await using` stops it, also with jobs that still wait.
 *
 * @example
 * ```ts
 * import { task } from "carillon";
 * import { testScheduler } from "carillon/testing";
 *
 * const mail = task({ name: "mail", run() {} });
 * await using t = await testScheduler({ tasks: [mail] });
 * await t.scheduler.addJob(mail, undefined, { delay: { days: 2 } });
 * await t.drain();
 * t.assertRan(mail, { times: 1 });
 * ```
 */
export class TestScheduler implements AsyncDisposable {
  /** The scheduler under test; it is started. */
  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  /** Its clock: nothing happens later than it shows. */
  readonly clock: TestClock;
  readonly #scheduler: Scheduler;
  /** Knows the names of its tasks. */
  readonly #registry = new TaskRegistry();
  readonly #history = new History();
  readonly #quiet: Quiet;
  readonly #timeZone: string;
  readonly #serializer: Serializer;

  /** Made by `testScheduler`. */
  constructor(options: TestSchedulerOptions) {
    const { start = DEFAULT_START, patience = { seconds: 1 }, store, stores, ...rest } = options;
    check.refuseUnknownOptions(rest, optionKeys, "testScheduler");
    this.#quiet = new Quiet(durationMs(patience, "Option 'patience' of testScheduler"));
    const { startMs, timeZone } = readStart(start, options.timeZone);
    this.#timeZone = timeZone;
    this.#serializer = options.serializer ?? richJson;
    this.clock = new TestClock({
      startMs,
      timeZone,
      settled: () => this.#quiet.settled(),
      onJobTimer: (jobId, change) => this.#quiet.jobTimer(jobId, change),
      nextFireTimeMs: (scheduleId) => this.#nextFireTimeMs(scheduleId),
    });
    const watched = (one: DataStore) => watchStore(one, this.#quiet, this.#history);
    this.#scheduler = new Scheduler({
      lease: { hours: 1 },
      random: chance(SEED),
      logger: false,
      ...rest,
      timeZone: this.#timeZone,
      clock: this.clock.ofScheduler,
      ...(stores
        ? { stores: Object.fromEntries(Object.entries(stores).map(([alias, one]) => [alias, watched(one)])) }
        : { store: watched(store ?? memory()) }),
    });
    this.#registry.add(options.tasks ?? []);
  }

  /** The runs of a task so far, in order; every attempt is one. */
  ran<T extends TaskReference>(task: T | string): readonly TestRun<InputOf<T>, ResultOf<T>>[] {
    return this.#runsOf(this.#nameOf(task)).map((run) =>
      testRun(run, this.#serializer) as TestRun<InputOf<T>, ResultOf<T>>
    );
  }

  /** Throws unless the task ran, so often and with such an input where that is given; attempts count. */
  assertRan<T extends TaskReference>(task: T | string, expected: Expected<InputOf<T>> = {}): void {
    checkExpected(expected as Expected, "assertRan");
    const name = this.#nameOf(task);
    const runs = this.#runsOf(name).filter((run) =>
      inputFits(expected as Expected, inputOf(run, this.#serializer))
    );
    assertTimes(expected as Expected, runs.length, `task '${name}' to run`, () => this.timeline());
  }

  /** Throws unless a job of the task was added other than by a fire time, whether or not it has run. */
  assertAdded<T extends TaskReference>(task: T | string, expected: Expected<InputOf<T>> = {}): void {
    checkExpected(expected as Expected, "assertAdded");
    const name = this.#nameOf(task);
    const jobs = this.#history.added.filter((job) =>
      job.taskName === name &&
      inputFits(expected as Expected, decodePayload(job.input, [this.#serializer]))
    );
    assertTimes(
      expected as Expected,
      jobs.length,
      `a job of task '${name}' to be added`,
      () => this.timeline(),
    );
  }

  /** Throws unless the task has an active schedule, of this id and with this next fire time where given. */
  async assertScheduled(
    task: TaskReference | string,
    expected: { readonly id?: string; readonly nextFireTime?: MomentInput } = {},
  ): Promise<void> {
    check.refuseUnknownOptions(expected, ["id", "nextFireTime"], "assertScheduled");
    const taskName = this.#nameOf(task);
    const all = await Array.fromAsync(this.scheduler.allSchedules({ taskName }));
    const found = all.filter((one) => one.status === "active" && this.#isExpected(one, expected));
    if (found.length > 0) return;
    const table = await this.scheduler.printSchedules();
    const wanted = expected.id === undefined ? "" : ` '${expected.id}'`;
    const at = expected.nextFireTime === undefined ? "" : ` that fires next at ${expected.nextFireTime}`;
    const message = `Expected task '${taskName}' to have a schedule${wanted}${at}\n\n${table}\n`;
    throw failure(message, all.map((one) => `${one.id} at ${one.nextFireTime}`), expected);
  }

  /**
   * Moves the clock on until no job is left unfinished: delays, retries and what the jobs add themselves. Throws
   * `invalidState` where that takes longer than `within`.
   */
  async drain(options: { readonly within?: DurationInput } = {}): Promise<void> {
    check.refuseUnknownOptions(options, ["within"], "drain");
    const { within = { days: 31 } } = options;
    let leftMs = durationMs(within, "Option 'within' of drain");
    await this.clock.advance({ milliseconds: 0 });
    for (;;) {
      const unfinished = await this.#unfinishedJobs();
      if (unfinished === 0) return;
      const fromMs = this.clock.monotonicMs();
      if (!await this.clock.advanceToNextTimer(leftMs)) {
        const hint =
          "give drain() a longer `within`, or look for a pause, a limit or a job that waits for the test";
        const message = `${unfinished} jobs are left unfinished: ${hint}\n\n${this.timeline()}\n`;
        throw new CarillonError("invalidState", message);
      }
      leftMs -= this.clock.monotonicMs() - fromMs;
    }
  }

  /** The history so far as a table, as a failed assertion shows it. */
  timeline(): string {
    return timelineTable(this.#history, this.#timeZone, this.#serializer);
  }

  /** Stops the scheduler; jobs that wait for the clock are aborted, and the clock is moved as far as that takes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#quiet.giveUp();
    let over = false;
    const ending = this.#stop().finally(() => over = true);
    while (!over) {
      if (!await this.clock.advanceToNextTimer(Infinity)) await sleep(systemClock, 1);
    }
    await ending;
  }

  /** Also those that wait for a scheduler that knows their task; not those that no code can run. */
  async #unfinishedJobs(): Promise<number> {
    const { scheduled, blocked, ready, running, parked } = await this.scheduler.countJobs();
    const lists = parked === 0 ? [] : await Promise.all(
      this.scheduler.storeNames.map((name) => this.scheduler.getStore(name).getJobs({ states: ["parked"] })),
    );
    const waiting = lists.flat().filter((job) => job.parkedReason === null).length;
    return scheduled + blocked + ready + running + waiting;
  }

  async #stop(): Promise<void> {
    await this.scheduler.stop({ drain: false });
    await this.scheduler[Symbol.asyncDispose]();
  }

  #isExpected(
    one: Schedule,
    expected: { readonly id?: string; readonly nextFireTime?: MomentInput },
  ): boolean {
    if (expected.id !== undefined && one.id !== expected.id) return false;
    if (expected.nextFireTime === undefined) return true;
    const wantedMs = epochMsOf(expected.nextFireTime, "nextFireTime", this.#timeZone);
    return one.nextFireTime?.epochMilliseconds === wantedMs;
  }

  #runsOf(name: string) {
    return this.#history.runs.filter(({ job }) => job.taskName === name);
  }

  #nameOf(task: TaskReference | string): string {
    return typeof task === "string" ? task : this.#registry.nameOf(task);
  }

  async #nextFireTimeMs(scheduleId: string | undefined): Promise<number | null> {
    const { items } = await this.scheduler.getSchedules({
      ...(scheduleId === undefined ? {} : { ids: [scheduleId] }),
      status: "active",
      paused: false,
      limit: 1,
    });
    return items[0]?.nextFireTime?.epochMilliseconds ?? null;
  }
}

/** Starts it, and moves its clock only if the store fails, because the scheduler then waits before it tries again. */
async function started({ scheduler, clock }: TestScheduler): Promise<void> {
  const failed = Promise.withResolvers<void>();
  const failing = scheduler.subscribe(() => failed.resolve(), { types: "storeFailed" });
  let isOver = false;
  const starting = scheduler.startInBackground().finally(() => isOver = true);
  await Promise.race([starting, failed.promise]);
  failing.unsubscribe();
  while (!isOver) {
    if (!await clock.advanceToNextTimer(Infinity)) await sleep(systemClock, 1);
  }
  await starting;
}

/** The start in milliseconds since 1970 and the zone of the test: the scheduler's, or else the one that the start names. */
function readStart(start: MomentInput, timeZone: string | undefined): { startMs: number; timeZone: string } {
  const given = timeZone === undefined ? undefined : timeZoneId(timeZone);
  try {
    const named = temporalName(start) === "ZonedDateTime"
      ? (start as Temporal.ZonedDateTime).timeZoneId
      : /\[([^\]]+)\]$/.exec(String(start))?.[1];
    const zone = given ?? timeZoneId(named ?? UTC);
    return { startMs: epochMsOf(start, "start", zone, "down"), timeZone: zone };
  } catch (cause) {
    const reason = `it is like "${DEFAULT_START}" or "2026-03-28T00:00[Europe/Berlin]" (${messageOf(cause)})`;
    throw check.invalidOption("start", "testScheduler", reason, cause);
  }
}
