import assert from "node:assert/strict";
import type { JobRecord } from "../../src/model/job_record.ts";
import {
  changedJob,
  claimedJob,
  retriedJob,
  transitionedJob,
  unparkedJob,
  wokenJob,
} from "../../src/model/transitions.ts";
import { test } from "../harness.ts";
import { job } from "./jobs.ts";

const error = { name: "TypeError", message: "no" };

/** The fields in which a job differs from what it was. */
function changes(before: JobRecord, after: JobRecord): Partial<JobRecord> {
  const keys = Object.keys(after) as (keyof JobRecord)[];
  return Object.fromEntries(
    keys.filter((key) => !Object.is(after[key], before[key])).map((key) => [key, after[key]]),
  );
}

test("addedJob() makes a job wait for its runAt, and takes now where there is none", () => {
  assert.deepEqual([job().state, job().runAtMs], ["ready", 100]);
  assert.equal(job({ runAtMs: 99 }).state, "ready");
  assert.equal(job({ runAtMs: 100 }).state, "ready");
  assert.deepEqual([job({ runAtMs: 101 }).state, job({ runAtMs: 101 }).runAtMs], ["scheduled", 101]);
});

test("wokenJob() changes nothing but the state", () => {
  const before = job({ runAtMs: 101 });
  assert.deepEqual(changes(before, wokenJob(before)), { state: "ready" });
});

test("claimedJob() counts the attempt and the claim and names the owner", () => {
  const before = { ...job(), progress: { done: 1, total: 2, message: null, atMs: 5 } };
  assert.deepEqual(changes(before, claimedJob(before, 7, 120)), {
    state: "running",
    owner: 7,
    attempt: 1,
    claimNumber: 1,
    startedAtMs: 120,
    progress: null,
  });
});

test("transitionedJob() finishes a job and says when it may go", () => {
  const running = claimedJob(job(), 7, 120);
  const finished = { to: "finished", outcome: "success", value: "json:1", error: null } as const;
  assert.deepEqual(changes(running, transitionedJob(running, { ...finished, keepMs: 30 }, 150)), {
    state: "finished",
    outcome: "success",
    value: "json:1",
    finishedAtMs: 150,
    expiresAtMs: 180,
  });
  assert.equal(transitionedJob(running, { ...finished, keepMs: null }, 150).expiresAtMs, null);
});

test("transitionedJob() lets a retry wait out its delay", () => {
  const running = claimedJob(job(), 7, 120);
  const waiting = transitionedJob(running, { to: "retry", delayMs: 5, error }, 150);
  assert.deepEqual(changes(running, waiting), { state: "scheduled", runAtMs: 155, error });
  assert.equal(transitionedJob(running, { to: "retry", delayMs: 0, error }, 150).state, "ready");
});

test("transitionedJob() takes the attempt back from a job that is handed back", () => {
  const running = claimedJob(job({ startDeadlineMs: 130 }), 7, 120);
  const untried = transitionedJob(running, { to: "handBack", lostLease: false }, 150);
  assert.deepEqual(changes(running, untried), { state: "ready", attempt: 0, startDeadlineMs: null });
  const lost = transitionedJob(running, { to: "handBack", lostLease: true }, 150);
  assert.equal(lost.lostLeases, 1);
});

test("transitionedJob() parks a job with its reason, its start deadline standing", () => {
  const running = claimedJob(job({ startDeadlineMs: 130 }), 7, 120);
  const parked = transitionedJob(running, { to: "parked", reason: "unknown" }, 150);
  assert.deepEqual(changes(running, parked), { state: "parked", attempt: 0, parkedReason: "unknown" });
  assert.deepEqual(changes(parked, unparkedJob(parked)), { state: "ready", parkedReason: null });
});

test("retriedJob() leaves nothing of the runs before but the number of claims", () => {
  const added = job({ startDeadlineMs: 130, priority: 3 });
  const first = claimedJob(added, 7, 120);
  const failed = { to: "finished", outcome: "error", value: null, error, keepMs: 9 } as const;
  const ended = transitionedJob({ ...first, cancelRequested: "stop", lostLeases: 2 }, failed, 150);
  const retried = retriedJob(ended, 200);
  assert.deepEqual(changes(added, retried), {
    runAtMs: 200,
    startDeadlineMs: null,
    claimNumber: 1,
    owner: 7,
  });
});

test("changedJob() changes what is given", () => {
  const before = job({ input: "json:1", metadata: { x: 1 } });
  assert.deepEqual(changes(before, changedJob(before, {}, 200)), {});
  assert.deepEqual(changes(before, changedJob(before, { priority: 2, input: null }, 200)), {
    priority: 2,
    input: null,
  });
  const moved = changedJob(before, { runAtMs: 201 }, 200);
  assert.deepEqual(changes(before, moved), { state: "scheduled", runAtMs: 201 });
  assert.deepEqual(changes(moved, changedJob(moved, { runAtMs: null }, 200)), {
    state: "ready",
    runAtMs: 200,
  });
});

test("changedJob() takes up a parked job when its input or its runAt is changed", () => {
  const parked = transitionedJob(claimedJob(job(), 7, 120), { to: "parked", reason: "unknown" }, 150);
  const states = [{ input: "json:2" }, { runAtMs: 201 }, { priority: 1 }, { metadata: {} }]
    .map((change) => changedJob(parked, change, 200))
    .map(({ state, parkedReason }) => [state, parkedReason]);
  assert.deepEqual(states, [["ready", null], ["scheduled", null], ["parked", "unknown"], [
    "parked",
    "unknown",
  ]]);
});
