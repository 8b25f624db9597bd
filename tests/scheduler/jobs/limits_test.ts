import assert from "node:assert/strict";
import { z } from "zod";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import type { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { setUp, setUpTwo, START_MS } from "../fixtures.ts";

/** Tasks that take ten seconds each and note when they begin and how many run at once. */
function tenSeconds(clock: () => VirtualClock) {
  const noted = { starts: [] as [string, number][], running: 0, most: 0 };
  const define = (name: string, maxRunningJobs: number | null) =>
    task({
      name,
      maxRunningJobs,
      async run(_input, { job }) {
        noted.starts.push([job.id, (clock().nowMs() - START_MS) / 1000]);
        noted.most = Math.max(noted.most, ++noted.running);
        await sleep(clock(), 10_000);
        noted.running--;
      },
    });
  return { noted, define };
}

test("jobs start by priority, then runAt, then order of adding", async () => {
  const order: string[] = [];
  const note = task({ name: "note", run: (_input, { job }) => void order.push(job.id) });
  const { scheduler, clock } = setUp({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.addJob(note, undefined, { id: "late", delay: { seconds: 2 } });
  await scheduler.addJob(note, undefined, { id: "early", delay: { seconds: 1 } });
  await clock.advance({ seconds: 5 });
  await scheduler.addJob(note, undefined, { id: "low", priority: -1 });
  await scheduler.addJob(note, undefined, { id: "first" });
  await scheduler.addJob(note, undefined, { id: "second" });
  await scheduler.addJob(note, undefined, { id: "high", priority: 10 });
  await scheduler.runUntilIdle();
  assert.deepEqual(order, ["high", "early", "late", "first", "second", "low"]);
});

test("delay and runAt mean not before, to the millisecond, and soon after", async () => {
  const starts: Record<string, number> = {};
  const note = task({
    name: "note",
    run(_input, { job }) {
      starts[job.id] = clock.nowMs() - START_MS;
    },
  });
  const { scheduler, clock } = setUp({ tasks: [note], timeZone: "Europe/Berlin" });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(note, undefined, { id: "delay", delay: { milliseconds: 1500 } });
  await scheduler.addJob(note, undefined, { id: "runAt", runAt: "2026-01-01T00:00:03.250Z" });
  await scheduler.addJob(note, undefined, { id: "local", runAt: "2026-01-01T01:00:05" });
  await scheduler.addJob(note, undefined, { id: "past", runAt: "2020-01-01T00:00:00Z" });
  await clock.advance({ seconds: 10 });
  assert.deepEqual(starts, { past: 0, delay: 1500, runAt: 3250, local: 5000 });
});

test("a job whose time to live is over is not run and ends missedStartDeadline", async () => {
  const { define, noted } = tenSeconds(() => clock);
  const slow = define("slow", 1);
  const { scheduler, clock, types } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(slow, undefined, { id: "a", timeToLive: { seconds: 5 } });
  const late = await scheduler.addJob(slow, undefined, { id: "b", timeToLive: { seconds: 5 } });
  await scheduler.addJob(slow, undefined, { id: "c", timeToLive: { seconds: 30 } });
  await clock.advance({ seconds: 25 });
  assert.deepEqual(noted.starts, [["a", 0], ["c", 10]]);
  await assert.rejects(late.result(), /was not started before its start deadline/);
  assert.equal((await late.status()).outcome, "missedStartDeadline");
  assert.equal(types("jobFinished").length, 3);
});

test("time to live counts from runAt, and only for the first attempt", async () => {
  const failing = task({
    name: "failing",
    timeToLive: { seconds: 5 },
    retry: { maxAttempts: 2, base: { minutes: 1 }, jitter: 0 },
    run(_input, { job }) {
      if (job.attempt === 1) throw new Error("once");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(failing, undefined, { delay: { minutes: 1 } });
  assert.equal((await handle.status()).startDeadline?.toString(), "2026-01-01T00:01:05Z");
  await clock.advance({ minutes: 3 });
  assert.equal((await handle.status()).outcome, "success");
});

test("maxRunningJobs is 1 unless told, and holds per task", async () => {
  const usual = task({ name: "usual", run: () => sleep(clock, 10_000) });
  const { define, noted } = tenSeconds(() => clock);
  const three = define("three", 3);
  const { scheduler, clock } = setUp({ tasks: [usual, three] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  for (let i = 0; i < 7; i++) await scheduler.addJob(three);
  await scheduler.addJob(usual);
  await scheduler.addJob(usual);
  await clock.advance({ seconds: 5 });
  assert.equal(noted.running, 3);
  assert.equal((await scheduler.getJobs({ taskName: "usual", states: ["running"] })).items.length, 1);
  assert.equal((await scheduler.getJobs({ taskName: "usual", states: ["blocked"] })).items.length, 1);
  await clock.advance({ minutes: 1 });
  assert.equal(noted.most, 3);
  assert.equal((await scheduler.countJobs()).finished, 9);
});

test("a saturated task never blocks another, whatever the priorities", async () => {
  const { define } = tenSeconds(() => clock);
  const full = define("full", 1);
  const quick: number[] = [];
  const other = task({ name: "other", run: () => void quick.push(clock.nowMs() - START_MS) });
  const { scheduler, clock } = setUp({ tasks: [full, other], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  await scheduler.addJobs(full, Array.from({ length: 300 }), { priority: 100 });
  await scheduler.addJob(other);
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(quick, [0]);
  await scheduler.cancelJobs({ taskName: "full", states: ["blocked"] });
  await clock.advance({ seconds: 10 });
});

test("maxConcurrentJobs holds over all tasks and all stores of a scheduler", async () => {
  const { define, noted } = tenSeconds(() => clock);
  const [a, b] = [define("a", null), define("b", null)];
  const { scheduler, clock } = setUp({
    tasks: [a, b],
    stores: { one: memory(), two: memory() },
    maxConcurrentJobs: 3,
  });
  await using _ = scheduler;
  for (let i = 0; i < 10; i++) {
    await scheduler.addJob(a, undefined, { store: "one" });
    await scheduler.addJob(b, undefined, { store: "two" });
  }
  await scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  assert.equal(noted.most, 3);
  assert.equal((await scheduler.countJobs()).finished, 20);
});

test("maxRunningJobs holds over two schedulers, and a slot freed by one is taken by the other", async () => {
  const { define, noted } = tenSeconds(() => clock);
  const shared = define("shared", 2);
  const { clock, one, two } = setUpTwo({ tasks: [shared] }, { tasks: [shared] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  await one.scheduler.addJobs(shared, Array.from({ length: 6 }));
  await clock.advance({ minutes: 1 });
  assert.equal(noted.most, 2);
  assert.deepEqual(noted.starts.map(([, at]) => at), [0, 0, 10, 10, 20, 20]);
});

test("thousands of waiting jobs of one task are all run, in order", async () => {
  const order: number[] = [];
  const note = task({ name: "note", input: z.number(), run: (n) => void order.push(n) });
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.addJobs(note, Array.from({ length: 2000 }, (_, i) => i));
  await scheduler.runUntilIdle();
  assert.deepEqual(order, Array.from({ length: 2000 }, (_, i) => i));
});

test("a job whose time to live ends while it waits for a slot is told so at once, not when a slot is free", async () => {
  const { define } = tenSeconds(() => clock);
  const slow = define("slow", 1);
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(slow);
  const late = await scheduler.addJob(slow, undefined, { timeToLive: { seconds: 5 } });
  await clock.advance({ seconds: 5, milliseconds: 1 });
  assert.equal((await late.status()).outcome, "missedStartDeadline");
  await clock.advance({ seconds: 10 });
});

test("a start deadline passes on time on a scheduler that has no room for another job", async () => {
  const { define } = tenSeconds(() => clock);
  const [slow, other] = [define("slow", 1), define("other", 1)];
  const { scheduler, clock } = setUp({ tasks: [slow, other], maxConcurrentJobs: 1 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(slow);
  await clock.advance({ milliseconds: 10 });
  const late = await scheduler.addJob(other, undefined, { timeToLive: { seconds: 5 } });
  await clock.advance({ seconds: 5, milliseconds: 1 });
  assert.equal((await late.status()).outcome, "missedStartDeadline");
  await clock.advance({ seconds: 10 });
});
