import assert from "node:assert/strict";
import { CHANGES_KEPT_MS } from "../../model/change_record.ts";
import { TASK, versionOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { failure, type StoreTest, success } from "./store_test.ts";

/** The changes after one, without their numbers and their records' details. */
async function reported(t: StoreTest, after = 0): Promise<readonly string[]> {
  const { changes } = await t.store.readChanges({ after, limit: 100 });
  return changes.map((change) => {
    const subject = "jobId" in change
      ? change.jobId
      : "scheduleId" in change
      ? change.scheduleId
      : change.taskName;
    return `${change.type} ${subject}`;
  });
}

async function last(t: StoreTest): Promise<number> {
  return (await t.store.readChanges({ after: 0, limit: 1 })).last;
}

/** The feed of changes. */
export const changeFeedTests: readonly StoreCheck[] = [
  check("readChanges() returns nothing from a store where nothing has happened", async (t) => {
    assert.deepEqual(await t.store.readChanges({ after: 0, limit: 9 }), {
      changes: [],
      deletedUpTo: 0,
      last: 0,
    });
    assert.equal(await t.store.pruneChanges(9), 0);
  }),
  check("readChanges() reports every way in which a job ends, with its details", async (t) => {
    await t.task();
    const from = await last(t);
    const failing = await t.running("failed", { fireTimeMs: 7, scheduleId: "s" });
    t.pass(5);
    await t.end(failing, { ...success, outcome: "error", value: null, error: failure } as typeof success);
    await t.add("cancelled");
    await t.store.cancelJobs(["cancelled"], { reason: "test", keepMs: null });
    await t.add("missed", { startDeadlineMs: t.clock.nowMs() + 1 });
    t.pass(5);
    await t.end(await t.running("done"), success);
    assert.deepEqual((await reported(t, from)).toSorted(), [
      "jobFinished cancelled",
      "jobFinished done",
      "jobFinished failed",
      "jobFinished missed",
    ]);
    const { changes } = await t.store.readChanges({ after: from, limit: 1 });
    const { seq, atMs, error, ...facts } = changes[0] as Extract<typeof changes[0], { type: "jobFinished" }>;
    assert.equal(seq, from + 1);
    assert.equal(atMs, t.clock.nowMs() - 5);
    assert.deepEqual(error, (await t.job("failed")).error);
    assert.deepEqual(facts, {
      type: "jobFinished",
      jobId: "failed",
      taskName: TASK,
      scheduleId: "s",
      fireTimeMs: 7,
      attempt: 1,
      outcome: "error",
      durationMs: 5,
      latenessMs: 0,
    });
  }),
  check("readChanges() reports each end of a job that is retried", async (t) => {
    await t.task();
    const from = await last(t);
    await t.end(await t.running("a"), success);
    await t.store.retryJobs(["a"]);
    await t.store.cancelJobs(["a"], { reason: "test", keepMs: null });
    assert.deepEqual(await reported(t, from), ["jobFinished a", "jobFinished a"]);
  }),
  check(
    "readChanges() reports schedules that are added, changed and removed, not of their fires",
    async (t) => {
      await t.addSchedule("s", { nextFireTimeMs: 5 });
      await t.putSchedule(await t.schedule("s"), {
        nextFireTimeMs: 6,
        counters: { ...(await t.schedule("s")).counters, runs: 1 },
      });
      await t.store.replanSchedules(["s"]);
      await t.putSchedule(await t.schedule("s"), { description: "new" });
      await t.putSchedule(await t.schedule("s"), { paused: true });
      await t.putSchedule(await t.schedule("s"), { paused: false, status: "failed", error: "broken" });
      await t.putSchedule(await t.schedule("s"), { status: "active", error: null });
      await t.putSchedule(await t.schedule("s"), { status: "finished", nextFireTimeMs: null });
      t.pass(3);
      await t.store.writeSchedules({ puts: [], removes: [versionOf(await t.schedule("s"))] });
      assert.deepEqual(await reported(t), [
        "scheduleAdded s",
        "scheduleUpdated s",
        "schedulePaused s",
        "scheduleResumed s",
        "scheduleFailed s",
        "scheduleFinished s",
        "scheduleRemoved s",
      ]);
      const { changes } = await t.store.readChanges({ after: 4, limit: 9 });
      const [failed, , removed] = changes;
      assert.deepEqual([failed?.type, failed && "error" in failed && failed.error], [
        "scheduleFailed",
        "broken",
      ]);
      assert.equal(removed?.atMs, t.clock.nowMs());
    },
  ),
  check("readChanges() reports schedules that are pruned", async (t) => {
    await t.addSchedule("s", { generatedId: true, status: "finished" });
    t.pass(3);
    await t.store.prune(9);
    assert.deepEqual(await reported(t), ["scheduleAdded s", "scheduleRemoved s"]);
    const { changes } = await t.store.readChanges({ after: 1, limit: 9 });
    assert.equal(changes[0]?.atMs, t.clock.nowMs());
  }),
  check("readChanges() reports tasks, and only of what differs", async (t) => {
    await t.task("a");
    await t.task("a");
    await t.task("a", { maxRunningJobs: 7 });
    await t.store.updateTask("a", { paused: true });
    await t.store.updateTask("a", { paused: true });
    await t.store.updateTask("a", { paused: false, overrides: { priority: 2 } });
    t.pass(3);
    await t.store.removeTask("a");
    await t.store.removeTask("a");
    const changes = ["taskAdded", "taskUpdated", "taskPaused", "taskResumed", "taskUpdated", "taskRemoved"];
    assert.deepEqual(await reported(t), changes.map((type) => `${type} a`));
    const { changes: [removed] } = await t.store.readChanges({ after: 5, limit: 9 });
    assert.equal(removed?.atMs, t.clock.nowMs());
  }),
  check("readChanges() returns page by page, with numbers that grow", async (t) => {
    for (const id of ["a", "b", "c"]) await t.addSchedule(id);
    const first = await t.store.readChanges({ after: 0, limit: 2 });
    assert.deepEqual(first.changes.map(({ seq }) => seq), [1, 2]);
    assert.deepEqual([first.deletedUpTo, first.last], [0, 3]);
    const second = await t.store.readChanges({ after: 2, limit: 2 });
    assert.deepEqual(second.changes.map(({ seq }) => seq), [3]);
    assert.deepEqual((await t.store.readChanges({ after: 3, limit: 2 })).changes, []);
  }),
  check("pruneChanges() deletes what is old, in small steps, and never the last one", async (t) => {
    for (const id of ["a", "b", "c"]) await t.addSchedule(id);
    t.pass(CHANGES_KEPT_MS - 1);
    assert.equal(await t.store.pruneChanges(9), 0);
    await t.addSchedule("d");
    t.pass(1);
    assert.equal(await t.store.pruneChanges(2), 2);
    const { deletedUpTo, last, changes } = await t.store.readChanges({ after: 0, limit: 9 });
    assert.deepEqual([deletedUpTo, last, changes.map(({ seq }) => seq)], [2, 4, [3, 4]]);
    assert.equal(await t.store.pruneChanges(9), 1);
    t.pass(CHANGES_KEPT_MS);
    assert.equal(await t.store.pruneChanges(9), 0);
    await t.addSchedule("e");
    assert.deepEqual((await t.store.readChanges({ after: 4, limit: 9 })).changes.map(({ seq }) => seq), [5]);
  }),
];
