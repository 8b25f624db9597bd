import assert from "node:assert/strict";
import { idsOf, policies, TASK, taskWrite } from "./records.ts";
import { only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Concurrency limits and pauses. */
export const claimLimitTests: readonly StoreCheck[] = [
  check("claimJobs() is not held up by a saturated task in front of another one", async (t) => {
    await t.task("full", { maxRunningJobs: 1 });
    await t.task("free");
    const incarnation = await t.scheduler(["full", "free"]);
    for (let i = 0; i < 20; i++) await t.add(`full-${i}`, { taskName: "full", priority: 9 });
    await t.add("free-0", { taskName: "free" });
    await t.add("free-1", { taskName: "free" });
    const request = { tasks: ["full", "free"], limit: 3 };
    assert.deepEqual(await t.claimIds(incarnation, request), ["full-0", "free-0", "free-1"]);
    await t.add("free-2", { taskName: "free" });
    assert.deepEqual(await t.claimIds(incarnation, request), ["free-2"]);
  }),
  check(
    "claimJobs() takes as many jobs of a task as its settings allow, over all schedulers",
    async (t) => {
      await t.task(TASK, { maxRunningJobs: 2 });
      const [first, second] = [await t.scheduler(), await t.scheduler()];
      await t.addAll(["a", "b", "c", "d"]);
      assert.deepEqual(await t.claimIds(first, { limit: 1 }), ["a"]);
      assert.deepEqual(await t.claimIds(second), ["b"]);
      assert.deepEqual(await t.claimIds(first), []);
      await t.end(await t.job("a"));
      assert.deepEqual(await t.claimIds(first), ["c"]);
    },
  ),
  check(
    "claimJobs() lets overrides of the task win over its settings, null being no limit",
    async (t) => {
      await t.task(TASK, { maxRunningJobs: 1 });
      const incarnation = await t.scheduler();
      await t.addAll(["a", "b", "c", "d", "e"]);
      await t.store.updateTask(TASK, { overrides: { maxRunningJobs: 2 } });
      assert.deepEqual(await t.claimIds(incarnation), ["a", "b"]);
      await t.store.updateTask(TASK, { overrides: { maxRunningJobs: null } });
      assert.deepEqual(await t.claimIds(incarnation, { limit: 2 }), ["c", "d"]);
      await t.store.updateTask(TASK, { overrides: { priority: 1 } });
      assert.deepEqual(await t.claimIds(incarnation), []);
    },
  ),
  check(
    "claimJobs() takes as many jobs of a batch task as its calls hold, however they are limited",
    async (t) => {
      await t.task(TASK, { maxRunningJobs: 1, batchSize: 2 });
      const incarnation = await t.scheduler();
      await t.addAll(["a", "b", "c", "d", "e", "f", "g"]);
      assert.deepEqual(await t.claimIds(incarnation), ["a", "b"]);
      await t.store.updateTask(TASK, { overrides: { maxRunningJobs: 2 } });
      assert.deepEqual(await t.claimIds(incarnation), ["c", "d"]);
      // What was set at run time stays, and counts calls of the new size.
      await t.task(TASK, { maxRunningJobs: 1, batchSize: 3 });
      assert.deepEqual(await t.claimIds(incarnation), ["e", "f"]);
      await t.store.updateTask(TASK, { overrides: { maxRunningJobs: null } });
      assert.deepEqual(await t.claimIds(incarnation), ["g"]);
    },
  ),
  check("claimJobs() takes one job at a time of a task without a record", async (t) => {
    const incarnation = await t.scheduler(["new"]);
    await t.addAll(["a", "b"], { taskName: "new" });
    assert.deepEqual(await t.claimIds(incarnation, { tasks: ["new"] }), ["a"]);
    assert.deepEqual(await t.claimIds(incarnation, { tasks: ["new"] }), []);
  }),
  check("claimJobs() ignores limits that stand on jobs", async (t) => {
    await t.task(TASK, { maxRunningJobs: 1 });
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b"], { overrides: { maxRunningJobs: null } });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
  check("claimJobs() keeps to the limit when jobs are named", async (t) => {
    await t.task(TASK, { maxRunningJobs: 1 });
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b"]);
    assert.deepEqual(await t.claimIds(incarnation, { jobIds: ["b", "a"] }), ["a"]);
    assert.deepEqual(await t.claimIds(incarnation, { jobIds: ["b"] }), []);
  }),
  check("claimJobs() takes no job of a paused task, and those of others", async (t) => {
    await t.store.putTasks([taskWrite("paused"), taskWrite("other")]);
    await t.store.updateTask("paused", { paused: true });
    const incarnation = await t.scheduler(["paused", "other"]);
    await t.add("a", { taskName: "paused", priority: 9 });
    await t.add("b", { taskName: "other" });
    const request = { tasks: ["paused", "other"], limit: 1 };
    assert.deepEqual(await t.claimIds(incarnation, request), ["b"]);
    assert.deepEqual(await t.claimIds(incarnation, { ...request, jobIds: ["a"] }), []);
    await t.store.updateTask("paused", { paused: false });
    assert.deepEqual(await t.claimIds(incarnation, request), ["a"]);
  }),
  ...(["queueOne", "queue"] as const).map((overlap) =>
    check(`claimJobs() takes one job at a time of a schedule with overlap ${overlap}`, async (t) => {
      await t.task();
      const incarnation = await t.scheduler();
      const given = policies({ overlap, maxRunningJobs: 5 });
      const { seq } = await t.addSchedule("s", { policies: given });
      const other = await t.addSchedule("t", { policies: given });
      await t.addAll(["s-1", "s-2", "s-3"], { scheduleSeq: seq, scheduleId: "s", priority: 1 });
      await t.add("t-1", { scheduleSeq: other.seq, scheduleId: "t" });
      await t.add("direct");
      assert.deepEqual(await t.claimIds(incarnation), ["s-1", "t-1", "direct"]);
      assert.deepEqual(await t.claimIds(incarnation), []);
      await t.end(await t.job("s-1"));
      assert.deepEqual(await t.claimIds(incarnation), ["s-2"]);
    })
  ),
  check("claimJobs() takes as many jobs of a schedule as its maxRunningJobs allows", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const schedule = await t.addSchedule("s", { policies: policies({ maxRunningJobs: 2 }) });
    await t.addAll(["a", "b", "c", "d"], { scheduleSeq: schedule.seq, scheduleId: "s" });
    assert.deepEqual(await t.claimIds(incarnation, { jobIds: ["a", "c", "d"] }), ["a", "c"]);
    assert.deepEqual(await t.claimIds(incarnation), []);
    await t.putSchedule(schedule, { policies: policies({ maxRunningJobs: null }) });
    assert.deepEqual(await t.claimIds(incarnation), ["b", "d"]);
  }),
  check("claimJobs() counts a schedule's running jobs of every task", async (t) => {
    await t.task("before");
    await t.task("now");
    const incarnation = await t.scheduler(["before", "now"]);
    const { seq } = await t.addSchedule("s", { taskName: "now", policies: policies({ maxRunningJobs: 1 }) });
    await t.add("a", { taskName: "before", scheduleSeq: seq, scheduleId: "s" });
    await t.add("b", { taskName: "now", scheduleSeq: seq, scheduleId: "s" });
    assert.deepEqual(await t.claimIds(incarnation, { tasks: ["before", "now"] }), ["a"]);
  }),
  check("claimJobs() gives a schedule's slot to no job that cannot run, though it is first", async (t) => {
    await t.task("before");
    await t.task("now");
    const { seq } = await t.addSchedule("s", { taskName: "now", policies: policies({ overlap: "queue" }) });
    const place = { scheduleSeq: seq, scheduleId: "s" };
    await t.add("first", { ...place, taskName: "before", priority: 9 });
    await t.add("second", { ...place, taskName: "now" });
    const incarnation = await t.scheduler(["now"]);
    assert.deepEqual(await t.claimIds(incarnation, { tasks: ["now"] }), ["second"]);
    await t.end(await t.job("second"));

    await t.add("third", { ...place, taskName: "now" });
    await t.store.updateTask("before", { paused: true });
    const both = await t.scheduler(["before", "now"]);
    assert.deepEqual(await t.claimIds(both, { tasks: ["before", "now"] }), ["third"]);
  }),
  check(
    "claimJobs() gives a schedule's slot to the next job when the first one's task fills up",
    async (t) => {
      await t.task("full", { maxRunningJobs: 1 });
      await t.task("free");
      const incarnation = await t.scheduler(["full", "free"]);
      const { seq } = await t.addSchedule("s", { policies: policies({ maxRunningJobs: 1 }) });
      const place = { scheduleSeq: seq, scheduleId: "s" };
      await t.add("fills", { taskName: "full", priority: 2 });
      await t.add("first", { ...place, taskName: "full", priority: 1 });
      await t.add("second", { ...place, taskName: "free" });
      const taken = idsOf(await t.claimAll(incarnation, { tasks: ["full", "free"] }));
      assert.deepEqual(taken, ["fills", "second"]);
    },
  ),
  check("claimJobs() knows no limit of a schedule that was removed", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const schedule = await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
    await t.addAll(["a", "b", "c"], { scheduleSeq: schedule.seq, scheduleId: "s" });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
    await t.removeSchedule(schedule);
    await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
    assert.deepEqual(await t.claimIds(incarnation), ["b", "c"]);
  }),
  check("claimJobs() passes over a saturated schedule's jobs however many are in front", async (t) => {
    await t.task(TASK, { maxRunningJobs: 3 });
    const incarnation = await t.scheduler();
    const { seq } = await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
    const ids = Array.from({ length: 50 }, (_, i) => `s-${String(i).padStart(2, "0")}`);
    await t.addAll(ids, { scheduleSeq: seq, scheduleId: "s", priority: 5 });
    await t.addAll(["x", "y", "z"]);
    assert.deepEqual(await t.claimIds(incarnation, { limit: 10 }), ["s-00", "x", "y"]);
    assert.deepEqual(await t.claimIds(incarnation, { limit: 10 }), []);
    await t.end(await t.job("x"));
    assert.deepEqual(await t.claimIds(incarnation, { limit: 10 }), ["z"]);
  }),
  check("claimJobs() frees the slot of a job however its run ends", async (t) => {
    await t.task(TASK, { maxRunningJobs: 1 });
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c", "d"]);
    const ends = [
      { to: "finished", outcome: "error", value: null, error: null, keepMs: null },
      { to: "retry", delayMs: 1000, error: null },
      { to: "parked", reason: "unknown version" },
    ] as const;
    for (const transition of ends) {
      const job = only(await t.claim(incarnation));
      assert.deepEqual(await t.claimIds(incarnation), []);
      await t.end(job, transition);
    }
    assert.deepEqual(await t.claimIds(incarnation), ["d"]);
  }),
];
