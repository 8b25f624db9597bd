import assert from "node:assert/strict";
import { scheduleWrite, TASK, taskWrite } from "./records.ts";
import { only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";
import type { StoreTest } from "./store_test.ts";

async function dueIds(t: StoreTest, limit = 100): Promise<readonly string[]> {
  return (await t.store.dueSchedules(limit)).due.map(({ schedule }) => schedule.id);
}

/** Which schedules are processed when. */
export const planningTests: readonly StoreCheck[] = [
  check("dueSchedules() answers what is due, earliest first, up to the limit", async (t) => {
    const now = t.nowMs;
    await t.addSchedule("third", { nextFireTimeMs: now });
    await t.addSchedule("first", { nextFireTimeMs: now - 9 });
    await t.addSchedule("second", { nextFireTimeMs: now - 1 });
    await t.addSchedule("tie", { nextFireTimeMs: now });
    await t.addSchedule("ahead", { nextFireTimeMs: now + 1 });
    await t.addSchedule("never");
    assert.deepEqual(await dueIds(t), ["first", "second", "third", "tie"]);
    assert.deepEqual(await dueIds(t, 2), ["first", "second"]);
    t.pass(1);
    assert.deepEqual(await dueIds(t), ["first", "second", "third", "tie", "ahead"]);
  }),
  check("dueSchedules() answers what needs planning whatever its next fire time", async (t) => {
    const now = t.nowMs;
    await t.addSchedule("due", { nextFireTimeMs: now - 1 });
    await t.addSchedule("none", { needsPlanning: true });
    await t.addSchedule("ahead", { needsPlanning: true, nextFireTimeMs: now + 99 });
    await t.addSchedule("both", { needsPlanning: true, nextFireTimeMs: now - 2 });
    assert.deepEqual(await dueIds(t), ["none", "both", "due", "ahead"]);
    assert.deepEqual(await dueIds(t, 3), ["none", "both", "due"]);
  }),
  check("dueSchedules() leaves out paused, finished and failed schedules", async (t) => {
    const due = { nextFireTimeMs: t.nowMs, needsPlanning: true };
    const paused = await t.addSchedule("paused", { ...due, paused: true });
    await t.addSchedule("finished", { ...due, status: "finished" });
    await t.addSchedule("failed", { ...due, status: "failed" });
    assert.deepEqual(await t.store.dueSchedules(9), { nowMs: t.nowMs, due: [], nextFireTimeMs: null });
    await t.putSchedule(paused, { paused: false });
    assert.deepEqual(await dueIds(t), ["paused"]);
  }),
  check("dueSchedules() answers the earliest next fire time that is ahead", async (t) => {
    const now = t.nowMs;
    const next = async (limit = 9) => (await t.store.dueSchedules(limit)).nextFireTimeMs;
    assert.equal(await next(), null);
    await t.addSchedule("due", { nextFireTimeMs: now });
    await t.addSchedule("due too", { nextFireTimeMs: now - 4 });
    await t.addSchedule("paused", { nextFireTimeMs: now + 1, paused: true });
    await t.addSchedule("finished", { nextFireTimeMs: now + 1, status: "finished" });
    assert.equal(await next(), null);
    await t.addSchedule("b", { nextFireTimeMs: now + 20 });
    await t.addSchedule("a", { nextFireTimeMs: now + 10 });
    assert.equal(await next(), now + 10);
    assert.equal(await next(1), now + 10);
    t.pass(10);
    assert.equal(await next(), now + 20);
  }),
  check("dueSchedules() answers the schedule, its task and its unfinished jobs", async (t) => {
    await t.store.putTasks([taskWrite(TASK, { maxRunningJobs: null })]);
    await t.store.updateTask(TASK, { overrides: { priority: 2 } });
    const schedule = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    await t.addSchedule("t", { nextFireTimeMs: t.nowMs, taskName: "unknown" });
    const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
    await t.end(await t.running("finished", place));
    await t.running("running", place);
    await t.add("ready", place);
    await t.add("scheduled", { ...place, runAtMs: t.nowMs + 99 });
    await t.add("direct");
    await t.end(await t.running("parked", place), { to: "parked", reason: "unknown version" });
    const { due, nowMs } = await t.store.dueSchedules(9);
    assert.equal(nowMs, t.nowMs);
    assert.deepEqual(due, [
      { schedule: await t.schedule("s"), task: only(await t.store.getTasks([TASK])), unfinishedJobs: 4 },
      { schedule: await t.schedule("t"), task: undefined, unfinishedJobs: 0 },
    ]);
  }),
  check("replanSchedules() marks any number of schedules, each once", async (t) => {
    const ids = Array.from({ length: 1001 }, (_, i) => `s-${i}`);
    await t.store.writeSchedules({
      puts: ids.map((id) => ({
        expected: null,
        schedule: scheduleWrite(id, { nextFireTimeMs: t.nowMs + 9 }),
      })),
    });
    assert.equal(await t.store.replanSchedules([...ids, "s-0"]), 1001);
    assert.equal(await t.store.replanSchedules(), 1001);
    const versions = (await t.store.getSchedules({})).map(({ version }) => version);
    assert.deepEqual([versions.length, ...new Set(versions)], [1001, 3]);
  }),
  check("replanSchedules() marks active schedules, the named ones or all", async (t) => {
    const a = await t.addSchedule("a", { nextFireTimeMs: t.nowMs + 9 });
    await t.addSchedule("b", { paused: true });
    await t.addSchedule("c");
    await t.addSchedule("finished", { status: "finished" });
    t.pass(1);
    assert.equal(await t.store.replanSchedules([]), 0);
    assert.equal(await t.store.replanSchedules(["a", "a", "finished", "unknown"]), 1);
    const marked = await t.schedule("a");
    assert.ok(marked.version > a.version);
    assert.deepEqual(
      { ...marked, version: 0 },
      { ...a, needsPlanning: true, updatedAtMs: t.nowMs, version: 0 },
    );
    assert.deepEqual(await dueIds(t), ["a"]);
    // Who plans it just then does not know of the second reason.
    assert.equal(await t.store.replanSchedules(["a"]), 1);
    assert.ok((await t.schedule("a")).version > marked.version);
    assert.equal(await t.store.replanSchedules(), 3);
    assert.deepEqual(
      (await t.store.getSchedules({})).map(({ id, needsPlanning }) => [id, needsPlanning]),
      [["a", true], ["b", true], ["c", true], ["finished", false]],
    );
  }),
];
