/** Values of the wrong kind, as a program without types passes them. */
import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import { task } from "../../src/registry/task.ts";
import type { JobHandle } from "../../src/scheduler/jobs/handles.ts";
import { jobRequest } from "../../src/scheduler/jobs/job_request.ts";
import { memory } from "../../src/stores/memory.ts";
import { interval } from "../../src/triggers/interval.ts";
import { test } from "../harness.ts";
import { setUp } from "./fixtures.ts";

const ping = task({ name: "ping", run() {} });
const hourly = interval({ hours: 1 });

/** A call of each method for each of its arguments; the value takes that argument's place. */
type Call = (scheduler: Untyped, value: unknown) => unknown;

/** A scheduler as a program without types sees it. */
type Untyped = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const ids: Readonly<Record<string, Call>> = {
  getSchedule: (s, v) => s["getSchedule"]!(v),
  updateSchedule: (s, v) => s["updateSchedule"]!(v, {}),
  removeSchedule: (s, v) => s["removeSchedule"]!(v),
  pauseSchedule: (s, v) => s["pauseSchedule"]!(v),
  resumeSchedule: (s, v) => s["resumeSchedule"]!(v),
  runScheduleNow: (s, v) => s["runScheduleNow"]!(v),
  backfillSchedule: (s, v) => s["backfillSchedule"]!(v, { from: 0, until: 1 }),
  setCalendar: (s, v) => s["setCalendar"]!(v, { weekdays: "sat" }),
  removeCalendar: (s, v) => s["removeCalendar"]!(v),
  getBatch: (s, v) => s["getBatch"]!(v),
  getJob: (s, v) => s["getJob"]!(v),
  getJobResult: (s, v) => s["getJobResult"]!(v),
  getParents: (s, v) => s["getParents"]!(v),
  getJobAttempts: (s, v) => s["getJobAttempts"]!(v),
  getJobLogs: (s, v) => s["getJobLogs"]!(v),
  explain: (s, v) => s["explain"]!(v),
  updateJob: (s, v) => s["updateJob"]!(v, {}),
  cancelJob: (s, v) => s["cancelJob"]!(v),
  "the reason of cancelJob": (s, v) => s["cancelJob"]!("j", v),
  "the reason of a handle": async (s, v) =>
    await ((await s["addJob"]!(ping)) as JobHandle).cancel(v as string),
  "the reason of cancelJobs": (s, v) => s["cancelJobs"]!({ taskName: "ping" }, { reason: v }),
  retryJob: (s, v) => s["retryJob"]!(v),
  removeJob: (s, v) => s["removeJob"]!(v),
  getStore: (s, v) => s["getStore"]!(v),
  addStore: (s, v) => s["addStore"]!(v, memory()),
  removeStore: (s, v) => s["removeStore"]!(v),
  addExecutor: (s, v) =>
    s["addExecutor"]!(v, { kind: "x", canTerminate: false, run: () => Promise.resolve(null) }),
  removeExecutor: (s, v) => s["removeExecutor"]!(v),
  "the group of applySchedules": (s, v) => s["applySchedules"]!([], { group: v }),
  "a filter's task": (s, v) => s["getJobs"]!({ taskName: v }),
  "a filter's store": (s, v) => s["countJobs"]!({ store: v }),
  "a filter's ids": (s, v) => s["cancelJobs"]!({ ids: [v] }),
  "a filter's states": (s, v) => s["retryJobs"]!({ states: [v] }),
  "a filter's batch": (s, v) => s["removeJobs"]!({ batchId: v }),
  "a filter's group": (s, v) => s["getSchedules"]!({ group: v }),
  "a cursor": (s, v) => s["events"]!({ after: v }),
};

const objects: Readonly<Record<string, Call>> = {
  startInBackground: (s, v) => s["startInBackground"]!(v),
  runUntilIdle: (s, v) => s["runUntilIdle"]!(v),
  tick: (s, v) => s["tick"]!(v),
  stop: (s, v) => s["stop"]!(v),
  configureTask: (s, v) => s["configureTask"]!(ping, v),
  addSchedule: (s, v) => s["addSchedule"]!(ping, hourly, v),
  applySchedules: (s, v) => s["applySchedules"]!([], v),
  "an element of applySchedules": (s, v) => s["applySchedules"]!([v], { group: "g" }),
  getSchedules: (s, v) => s["getSchedules"]!(v),
  updateSchedule: (s, v) => s["updateSchedule"]!("h", v),
  removeSchedule: (s, v) => s["removeSchedule"]!("h", v),
  resumeSchedule: (s, v) => s["resumeSchedule"]!("h", v),
  backfillSchedule: (s, v) => s["backfillSchedule"]!("h", v),
  getCalendars: (s, v) => s["getCalendars"]!(v),
  addJob: (s, v) => s["addJob"]!(ping, undefined, v),
  "a request of addJobs": (s, v) => s["addJobs"]!([v]),
  "the options of addJobs": (s, v) => s["addJobs"]!(ping, [undefined], v),
  "a request of addBatch": (s, v) => s["addBatch"]!([v]),
  addBatch: (s, v) => s["addBatch"]!([jobRequest(ping)], v),
  runJob: (s, v) => s["runJob"]!(ping, undefined, v),
  getJobs: (s, v) => s["getJobs"]!(v),
  countJobs: (s, v) => s["countJobs"]!(v),
  getJobResult: (s, v) => s["getJobResult"]!("j", v),
  updateJob: (s, v) => s["updateJob"]!("j", v),
  cancelJobs: (s, v) => s["cancelJobs"]!(v),
  "the options of cancelJobs": (s, v) => s["cancelJobs"]!({ taskName: "x" }, v),
  retryJobs: (s, v) => s["retryJobs"]!(v),
  removeJobs: (s, v) => s["removeJobs"]!(v),
  subscribe: (s, v) => s["subscribe"]!(() => {}, v),
  events: (s, v) => s["events"]!(undefined, v),
  addStore: (s, v) => s["addStore"]!("b", v),
  addExecutor: (s, v) => s["addExecutor"]!("e", v),
};

const lists: Readonly<Record<string, Call>> = {
  applySchedules: (s, v) => s["applySchedules"]!(v, { group: "g" }),
  addJobs: (s, v) => s["addJobs"]!(ping, v),
  addBatch: (s, v) => s["addBatch"]!(v),
  "a filter's ids": (s, v) => s["getJobs"]!({ ids: v }),
};

async function refused(calls: Readonly<Record<string, Call>>, values: readonly unknown[]): Promise<void> {
  const { scheduler } = setUp({ tasks: [ping] });
  await using _ = scheduler;
  await scheduler.addJob(ping, undefined, { id: "j", delay: { hours: 1 } });
  await scheduler.addSchedule(ping, hourly, { id: "h" });
  const untyped = scheduler as unknown as Untyped;
  for (const [name, call] of Object.entries(calls)) {
    for (const value of values) {
      const what = `${name} with ${String(typeof value === "object" ? JSON.stringify(value) : value)}`;
      try {
        await call(untyped, value);
        assert.fail(`${what} was not refused`);
      } catch (error) {
        if (!isCarillonError(error, "invalidOption")) throw new Error(what, { cause: error });
      }
    }
  }
}

const odd = [null, 5, NaN, true, Symbol("x"), 5n];

test("methods refuse ids and other strings of the wrong kind", () =>
  refused(ids, [...odd, {}, [], { reason: "x" }, () => "x"]));

test("methods refuse options that are no objects", () => refused(objects, [...odd, "x", [], () => ({})]));

test("methods refuse lists that are none", () => refused(lists, [...odd, "x", {}]));
