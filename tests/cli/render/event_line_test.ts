import assert from "node:assert/strict";
import { eventTypes, groupOfEvent } from "../../../src/events/event_groups.ts";
import type { CarillonEvent, EventGroup } from "../../../src/events/event.ts";
import { painter } from "../../../src/cli/render/colors.ts";
import { eventLine } from "../../../src/cli/render/event_line.ts";
import { test } from "../../harness.ts";

const atMs = Date.UTC(2026, 0, 1, 9, 5, 7);
const job = {
  atMs,
  store: "main",
  jobId: "j1",
  taskName: "report",
  scheduleId: "daily",
  fireTimeMs: atMs,
  attempt: 1,
};

function line(event: object, verbose = false, color = false): string | undefined {
  return eventLine(event as CarillonEvent, { paint: painter(color), timeZone: "UTC", verbose });
}

test("eventLine() reports how a job ended, with task, schedule and duration", () => {
  const finished = { ...job, type: "jobFinished", durationMs: 3200, latenessMs: 4, error: null };
  assert.match(line({ ...finished, outcome: "success" })!, /^09:05:07 {2}success +report \[daily\] +3\.2 s$/);
  const error = { name: "Error", message: "disk full\nat x" };
  assert.match(
    line({ ...finished, outcome: "error", error })!,
    /error +report \[daily\] +3\.2 s: disk full$/,
  );
  assert.match(
    line({ ...finished, outcome: "missedStartDeadline", durationMs: null })!,
    /missed .* never started$/,
  );
});

test("eventLine() says a schedule's name once where it is the task's", () => {
  assert.match(line({ ...job, type: "jobStarted", scheduleId: "report" })!, /started +report$/);
});

test("eventLine() reports progress, log lines and retries", () => {
  const progress = { done: 3, total: 4, message: "drawing", atMs };
  assert.match(
    line({ ...job, type: "jobProgress", progress })!,
    /progress +report +75% \(3 of 4\) drawing$/,
  );
  const log = { ...job, type: "jobLog", level: "warn", message: "slow", fields: { ms: 7, file: "a b" } };
  assert.match(line(log)!, /warn +report +slow {2}ms=7 file="a b"$/);
  const retrying = { ...job, type: "jobRetrying", runAtMs: atMs + 1000, reason: "no answer" };
  assert.match(line(retrying)!, /retrying +report \[daily\] +at 09:05:08: no answer$/);
});

test("eventLine() reports how many fires did not become jobs", () => {
  const fires = { ...job, type: "firesCoalesced", count: 12, firstFireTimeMs: atMs };
  assert.match(line(fires)!, /coalesced +report \[daily\] +12 fires from 09:05:07 on$/);
});

test("eventLine() keeps details for those who look for something", () => {
  const claimed = { ...job, type: "jobClaimed" };
  assert.equal(line(claimed), undefined);
  assert.match(line(claimed, true)!, /claimed +report \[daily\] +j1$/);
});

test("eventLine() is silent only about what the command and its logger tell", () => {
  const facts = {
    nextFireTimeMs: atMs,
    jobIds: ["j1"],
    count: 1,
    firstFireTimeMs: atMs,
    outcome: "success",
    durationMs: 1,
    latenessMs: 1,
    error: null,
    progress: { done: 1, total: 1, message: null, atMs },
    level: "info",
    message: "m",
    fields: {},
  };
  const bases: Readonly<Record<EventGroup, object>> = {
    task: { atMs, store: "main", taskName: "report" },
    schedule: { atMs, store: "main", taskName: "report", scheduleId: "daily", ...facts },
    job: { ...job, ...facts },
    scheduler: { atMs, scheduler: "a" },
    store: { atMs, scheduler: "a", subject: "main" },
  };
  const silent = eventTypes.filter((type) =>
    line({ ...bases[groupOfEvent[type]], type }, true) === undefined
  );
  assert.deepEqual(silent.sort(), [
    "leaseLost",
    "schedulerStarted",
    "schedulerStarting",
    "schedulerStopped",
    "schedulerStopping",
    "storeFailed",
    "storeRecovered",
  ]);
  assert.match(line({ ...bases.scheduler, type: "schedulerPaused" })!, /paused +a +scheduler$/);
  assert.match(
    line({ ...bases.scheduler, subject: "b", type: "schedulerTakenOver" })!,
    /took over +b +a scheduler that/,
  );
  assert.match(line({ ...bases.store, type: "storeAdded" })!, /added +main +store$/);
});

test("eventLine() gives words their tones where colours are shown", () => {
  const finished = {
    ...job,
    type: "jobFinished",
    outcome: "success",
    durationMs: 1,
    latenessMs: 1,
    error: null,
  };
  assert.ok(line(finished, false, true)!.includes("\u001b[32msuccess"));
});
