import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import {
  agedPriority,
  claimOrderAt,
  deadlineMissed,
  displayState,
  effectiveTransition,
  endedAs,
  endedBefore,
  fenceHolds,
  isDue,
  leaseIsOver,
  lostLeaseTransition,
  missedDeadlineTransition,
  rankOrder,
  scheduleLimit,
  slotsLeft,
  taskLimit,
} from "../../src/model/decisions.ts";
import type { JobTransition } from "../../src/model/job_record.ts";
import { backoffMs, type StoredBackoff } from "../../src/model/retry_options.ts";
import { defaultRunSettings } from "../../src/model/settings.ts";
import { blockedByWords, jobStates, type OverlapPolicy } from "../../src/model/states.ts";
import { claimedJob, transitionedJob } from "../../src/model/transitions.ts";
import { test } from "../harness.ts";
import { job } from "./jobs.ts";

const settings = { ...defaultRunSettings, retention: { successMs: 1, otherMs: 2 } };

test("isDue() takes runAt itself as come", () => {
  assert.deepEqual([isDue(9, 10), isDue(10, 10), isDue(11, 10)], [true, true, false]);
});

test("deadlineMissed() is after the deadline, of first attempts only", () => {
  const missed = (startDeadlineMs: number | null, attempt: number) =>
    deadlineMissed({ startDeadlineMs, attempt }, 10);
  assert.deepEqual([missed(9, 0), missed(10, 0), missed(11, 0)], [true, false, false]);
  assert.deepEqual([missed(9, 1), missed(null, 0)], [false, false]);
});

test("slotsLeft() is never negative, and endless without a limit", () => {
  assert.deepEqual([slotsLeft(3, 1), slotsLeft(3, 3), slotsLeft(3, 5), slotsLeft(0, 0)], [2, 0, 0, 0]);
  assert.equal(slotsLeft(null, 1e9), Infinity);
});

test("taskLimit() is what was set at run time, else what the code says, else one", () => {
  const limit = (maxRunningJobs: number | null, overrides: { maxRunningJobs?: number | null }) =>
    taskLimit({ settings: { ...settings, maxRunningJobs }, overrides });
  assert.equal(taskLimit(undefined), 1);
  assert.equal(limit(4, {}), 4);
  assert.equal(limit(null, {}), null);
  assert.equal(limit(4, { maxRunningJobs: 2 }), 2);
  assert.equal(limit(4, { maxRunningJobs: null }), null);
  const batch = { ...settings, maxRunningJobs: 3, batchSize: 10 };
  assert.equal(taskLimit({ settings: batch, overrides: {} }), 30);
  assert.equal(taskLimit({ settings: batch, overrides: { maxRunningJobs: 2 } }), 20);
  assert.equal(taskLimit({ settings: batch, overrides: { maxRunningJobs: null } }), null);
});

test("scheduleLimit() is one where jobs wait for each other or are skipped, else the schedule's own", () => {
  const limits = (["queueOne", "queue", "skip", "cancelPrevious", "allow"] satisfies OverlapPolicy[])
    .map((overlap) => scheduleLimit(overlap, 5));
  assert.deepEqual(limits, [1, 1, 1, 5, 5]);
  assert.equal(scheduleLimit("queue", null), 1);
  assert.equal(scheduleLimit("allow", null), null);
});

const place = fc.record({
  priority: fc.integer({ min: -1, max: 1 }),
  ageingMs: fc.constantFrom(null, 3, 10),
  runAtMs: fc.nat(20),
  seq: fc.nat(50),
});
const places = fc.uniqueArray(place, { selector: ({ seq }) => seq, minLength: 2 });

test("claimOrderAt() goes by priority with age, then runAt, then order of adding, and is total", () => {
  fc.assert(fc.property(places, fc.nat(100), (jobs, nowMs) => {
    const order = claimOrderAt(nowMs);
    const sorted = [...jobs].sort(order);
    for (const [i, later] of sorted.slice(1).entries()) {
      const earlier = sorted[i] as typeof later;
      assert.ok(order(earlier, later) < 0 && order(later, earlier) > 0);
      assert.ok(agedPriority(earlier, nowMs) >= agedPriority(later, nowMs));
    }
  }));
  const tie = { priority: 0, ageingMs: null, runAtMs: 5 };
  assert.ok(claimOrderAt(9)({ ...tie, seq: 1 }, { ...tie, seq: 2 }) < 0);
});

test("rankOrder() is claimOrderAt() of jobs that age alike, at every instant", () => {
  fc.assert(fc.property(places, fc.nat(1000), fc.constantFrom(null, 7), (jobs, nowMs, ageingMs) => {
    const alike = jobs.map((job) => ({ ...job, ageingMs }));
    assert.deepEqual([...alike].sort(rankOrder), [...alike].sort(claimOrderAt(nowMs)));
  }));
});

test("agedPriority() grows by one for each ageing time since runAt, never where there is none", () => {
  const job = { priority: 2, ageingMs: 60_000, runAtMs: 1000 };
  assert.equal(agedPriority(job, 1000), 2);
  assert.equal(agedPriority(job, 91_000), 3.5);
  assert.equal(agedPriority({ ...job, ageingMs: null }, 91_000), 2);
});

test("displayState() shows what holds a ready job back, and leaves other states alone", () => {
  const free = { served: true, heldBy: null };
  const held = blockedByWords.filter((word) => word !== "parents");
  for (const state of ["ready", "blocked"] as const) {
    const stored = { state, blockedBy: null };
    assert.deepEqual(displayState(stored, free), { state: "ready", blockedBy: null });
    for (const heldBy of held) {
      assert.deepEqual(displayState(stored, { ...free, heldBy }), { state: "blocked", blockedBy: heldBy });
      assert.deepEqual(displayState(stored, { served: false, heldBy }), { state: "parked", blockedBy: null });
    }
  }
  const others = jobStates.filter((state) => state !== "ready" && state !== "blocked")
    .map((state) => ({ state, blockedBy: null }));
  for (const stored of [...others, { state: "blocked", blockedBy: "parents" } as const]) {
    assert.deepEqual(displayState(stored, { served: false, heldBy: "pause" }), stored);
  }
});

test("leaseIsOver() needs the store's clock and a whole lease of watching", () => {
  const over = (leaseUntilMs: number, watchedMs: number | null) =>
    leaseIsOver({ leaseUntilMs, leaseMs: 30, watchedMs }, 100);
  assert.deepEqual([over(100, null), over(99, null)], [false, true]);
  assert.deepEqual([over(99, 29), over(99, 30), over(100, 1000)], [false, true, false]);
});

test("lostLeaseTransition() hands back until too many leases were lost", () => {
  const lost = (lostLeases: number) =>
    lostLeaseTransition({ lostLeases, cancelRequested: null }, { ...settings, maxLostLeases: 3 });
  assert.deepEqual(lost(0), { to: "handBack", lostLease: true });
  assert.deepEqual(lost(1), { to: "handBack", lostLease: true });
  assert.deepEqual(lost(2), {
    to: "finished",
    outcome: "abandoned",
    value: null,
    error: { name: "Abandoned", message: "its scheduler lost the lease while it ran (3 times)" },
    keepMs: 2,
  });
});

test("lostLeaseTransition() abandons at once where the task says so", () => {
  const transition = lostLeaseTransition(
    { lostLeases: 0, cancelRequested: null },
    { ...settings, onLostLease: "abandon" },
  );
  assert.equal(transition.to === "finished" && transition.outcome, "abandoned");
  assert.match((transition.to === "finished" && transition.error?.message) || "", /\(1 time\)$/);
});

test("lostLeaseTransition() cancels what was asked to stop, rather than trying it again", () => {
  assert.deepEqual(
    lostLeaseTransition({ lostLeases: 0, cancelRequested: "not needed" }, settings),
    endedAs("cancelled", "not needed", 2),
  );
});

test("missedDeadlineTransition() keeps the job as long as its settings say", () => {
  const transition = missedDeadlineTransition(settings);
  assert.deepEqual(transition, {
    to: "finished",
    outcome: "missedStartDeadline",
    value: null,
    error: { name: "MissedStartDeadline", message: "it was not started by its start deadline" },
    keepMs: 2,
  });
});

const unfinished: readonly JobTransition[] = [
  { to: "retry", delayMs: 1, error: null },
  { to: "handBack", lostLease: false },
  { to: "parked", reason: "x" },
];

test("effectiveTransition() lets a run end as its owner says unless it was asked to stop", () => {
  const finished = endedAs("abandoned", "x", null);
  for (const transition of [...unfinished, finished]) {
    assert.equal(effectiveTransition({ cancelRequested: null }, transition, settings), transition);
  }
  assert.equal(effectiveTransition({ cancelRequested: "stop" }, finished, settings), finished);
  for (const transition of unfinished) {
    const heeded = effectiveTransition({ cancelRequested: "stop" }, transition, settings);
    assert.deepEqual(heeded, endedAs("cancelled", "stop", 2));
  }
});

test("fenceHolds() is for the claim that runs now, and for no other", () => {
  const running = claimedJob(job(), 7, 0);
  const fence = { seq: running.seq, incarnation: 7, claimNumber: 1 };
  assert.equal(fenceHolds(running, fence), true);
  assert.equal(fenceHolds(running, { ...fence, incarnation: 8 }), false);
  assert.equal(fenceHolds(running, { ...fence, claimNumber: 2 }), false);
  for (const transition of unfinished) {
    assert.equal(fenceHolds(transitionedJob(running, transition, 1), fence), false);
  }
});

test("endedBefore() knows the end that the same claim has written", () => {
  const running = claimedJob(job(), 7, 0);
  const fence = { seq: running.seq, incarnation: 7, claimNumber: 1 };
  const transition: JobTransition = { to: "finished", outcome: "error", value: null, error: null, keepMs: 1 };
  const ended = transitionedJob(running, transition, 1);
  assert.equal(endedBefore(ended, { fence, transition }), true);
  assert.equal(endedBefore(running, { fence, transition }), false);
  assert.equal(endedBefore(ended, { fence, transition: { ...transition, outcome: "success" } }), false);
  assert.equal(endedBefore(ended, { fence: { ...fence, claimNumber: 2 }, transition }), false);
  assert.equal(endedBefore(ended, { fence: { ...fence, incarnation: 8 }, transition }), false);
  for (const other of unfinished) {
    assert.equal(endedBefore(ended, { fence, transition: other }), false);
  }
});

const exponential: StoredBackoff = { kind: "exponential", baseMs: 100, factor: 2, capMs: 1000, jitter: 0 };

test("backoffMs() grows with each attempt up to the cap", () => {
  const waits = [1, 2, 3, 4, 5, 500].map((attempt) => backoffMs(exponential, attempt, 0));
  assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000]);
});

test("backoffMs() waits the same each time when it is fixed", () => {
  const fixed: StoredBackoff = { ...exponential, kind: "fixed" };
  assert.deepEqual([1, 2, 9].map((attempt) => backoffMs(fixed, attempt, 0)), [100, 100, 100]);
});

test("backoffMs() only ever adds jitter, and stays whole", () => {
  const jittered = { ...exponential, baseMs: 333, jitter: 0.1 };
  assert.equal(backoffMs(jittered, 1, 0), 333);
  assert.equal(backoffMs(jittered, 1, 0.5), 350);
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), random, (attempt, random) => {
    const waitMs = backoffMs(jittered, attempt, random);
    assert.ok(Number.isInteger(waitMs) && waitMs >= 333 && waitMs <= 1100);
  }));
});
