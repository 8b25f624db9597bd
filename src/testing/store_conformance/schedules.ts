import assert from "node:assert/strict";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { idsOf, newJob, policies, scheduleWrite, TASK, taskWrite, versionOf } from "./records.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";
import { contentOf, defined, only, type StoreTest } from "./store_test.ts";

/** Writing, removing and listing schedules. */
export const scheduleWritingTests: readonly StoreCheck[] = [
  check("writeSchedules() stores everything given", async (t) => {
    const write = scheduleWrite("s", {
      generatedId: true,
      description: "each minute",
      group: "g",
      trigger: { kind: "cron", text: "* * * * *", nested: { list: [1, null] } },
      input: 'json:{"a":1}',
      policies: policies({ overlap: "skip", maxRuns: 3, overrides: { priority: 4, timeoutMs: null } }),
      metadata: { team: "mail" },
      paused: true,
      status: "failed",
      error: "it threw",
      anchorMs: t.nowMs,
      nextFireTimeMs: t.nowMs + 60_000,
      lastFireTimeMs: t.nowMs - 60_000,
      lastFinishedMs: t.nowMs - 1,
      followsFinish: true,
      needsPlanning: true,
      counters: { runs: 1, late: 1, missed: 2, coalesced: 3, skipped: 4 },
    });
    const record = only(
      defined(await t.store.writeSchedules({ puts: [{ expected: null, schedule: write }] })),
    );
    assert.deepEqual(contentOf(record), write);
    assert.deepEqual([record.createdAtMs, record.updatedAtMs], [t.nowMs, t.nowMs]);
    assert.deepEqual(await t.schedule("s"), record);
  }),
  check(
    "writeSchedules() replaces the content, keeps the identity and bumps the version",
    async (t) => {
      const before = await t.addSchedule("s", { description: "old", group: "g" });
      t.pass(10);
      const after = await t.putSchedule(before, { description: "new", group: null, paused: true });
      assert.deepEqual(contentOf(after), {
        ...contentOf(before),
        description: "new",
        group: null,
        paused: true,
      });
      assert.equal(after.seq, before.seq);
      assert.ok(after.version > before.version);
      assert.deepEqual([after.createdAtMs, after.updatedAtMs], [before.createdAtMs, t.nowMs]);
      assert.deepEqual(await t.schedule("s"), after);
    },
  ),
  check("writeSchedules() writes nothing when one of them is not as it was read", async (t) => {
    const old = await t.addSchedule("old");
    const current = await t.putSchedule(old, { description: "newer" });
    const other = await t.addSchedule("other");
    const fresh = { expected: null, schedule: scheduleWrite("fresh") };
    const changed = { expected: versionOf(other), schedule: scheduleWrite("other", { description: "x" }) };
    const wrong = [
      { expected: versionOf(old), schedule: contentOf(old) },
      { expected: null, schedule: scheduleWrite("old") },
      { expected: { ...versionOf(current), seq: current.seq + 9 }, schedule: contentOf(current) },
      { expected: { id: "gone", seq: 99, version: 1 }, schedule: scheduleWrite("gone") },
    ];
    for (const put of wrong) {
      assert.equal(await t.store.writeSchedules({ puts: [fresh, changed, put] }), undefined);
      const removes = [versionOf(other)];
      assert.equal(await t.store.writeSchedules({ puts: [fresh, put], removes }), undefined);
    }
    const stale = { puts: [fresh, changed], removes: [versionOf(old)] };
    assert.equal(await t.store.writeSchedules(stale), undefined);
    assert.deepEqual(await t.store.getSchedules({}), [current, other]);
  }),
  check("writeSchedules() refuses an id that comes twice", async (t) => {
    const put = { expected: null, schedule: scheduleWrite("s") };
    assert.equal(await t.store.writeSchedules({ puts: [put, put] }), undefined);
    const before = await t.addSchedule("s");
    const again = { expected: versionOf(before), schedule: scheduleWrite("s") };
    assert.equal(await t.store.writeSchedules({ puts: [again], removes: [versionOf(before)] }), undefined);
    assert.deepEqual(await t.schedule("s"), before);
  }),
  check("writeSchedules() puts and removes in one step", async (t) => {
    const [a, b] = [await t.addSchedule("a"), await t.addSchedule("b")];
    const records = await t.store.writeSchedules({
      puts: [
        { expected: null, schedule: scheduleWrite("c") },
        { expected: versionOf(b), schedule: scheduleWrite("b", { group: "g" }) },
      ],
      removes: [versionOf(a)],
    });
    assert.deepEqual(idsOf(defined(records)), ["c", "b"]);
    assert.deepEqual(idsOf(await t.store.getSchedules({})), ["b", "c"]);
  }),
  check("writeSchedules() never reuses the identity of a removed schedule", async (t) => {
    const first = await t.addSchedule("s");
    await t.removeSchedule(first);
    const again = await t.addSchedule("s");
    assert.ok(again.seq > first.seq);
    const put = { expected: versionOf(first), schedule: scheduleWrite("s", { group: "g" }) };
    assert.equal(await t.store.writeSchedules({ puts: [put] }), undefined);
    assert.equal(await t.store.writeSchedules({ puts: [], removes: [versionOf(first)] }), undefined);
    assert.deepEqual(await t.schedule("s"), again);
  }),
  check("writeSchedules() leaves the jobs of a removed schedule", async (t) => {
    const schedule = await t.addSchedule("s");
    await t.add("a", { scheduleSeq: schedule.seq, scheduleId: "s" });
    await t.removeSchedule(schedule);
    assert.equal((await t.job("a")).scheduleSeq, schedule.seq);
  }),
  check("writeSchedules() keeps the stored end of the last job", async (t) => {
    await t.task();
    const read = await t.addSchedule("s", { lastFinishedMs: null });
    const job = await t.running("a", { scheduleSeq: read.seq, scheduleId: "s" });
    t.pass(10);
    await t.end(job);
    const after = await t.putSchedule(read, { group: "g" });
    assert.equal(after.lastFinishedMs, t.nowMs);
  }),
  check(
    "writeSchedules() keeps a copy: what the caller changes afterwards is not stored",
    async (t) => {
      const metadata = { list: ["a"] };
      await t.addSchedule("s", { metadata });
      metadata.list.push("b");
      assert.deepEqual((await t.schedule("s")).metadata, { list: ["a"] });
    },
  ),
  checkTwo("writeSchedules() lets one of two win who read the same version", async (one, two) => {
    const read = await one.addSchedule("s");
    const change = (group: string) => ({
      puts: [{ expected: versionOf(read), schedule: { ...contentOf(read), group } }],
    });
    const results = await Promise.all([
      one.store.writeSchedules(change("one")),
      two.store.writeSchedules(change("two")),
    ]);
    const written = results.filter((result) => result !== undefined);
    assert.equal(written.length, 1);
    assert.deepEqual(await one.schedule("s"), written[0]?.[0]);
  }),
  check(
    "getSchedules() orders by next fire time, those without one last, then by order of adding",
    async (t) => {
      const now = t.nowMs;
      await t.addSchedule("d");
      await t.addSchedule("c", { nextFireTimeMs: now + 2 });
      await t.addSchedule("b", { nextFireTimeMs: now + 1 });
      await t.addSchedule("a");
      await t.addSchedule("B", { nextFireTimeMs: now + 2 });
      const ids = async (filter: object) => idsOf(await t.store.getSchedules(filter));
      assert.deepEqual(await ids({}), ["b", "c", "B", "d", "a"]);
      assert.deepEqual(await ids({ limit: 0 }), []);
      for (const [order, sorted] of [["nextFire", "bcBda"], ["oldest", "dcbaB"]] as const) {
        let listed = "";
        for (let after: ScheduleRecord | undefined;;) {
          const page = await t.store.getSchedules({ order, limit: 2, ...(after ? { after } : {}) });
          listed += page.map(({ id }) => id).join("");
          if ((after = page.at(-1)) === undefined) break;
        }
        assert.equal(listed, sorted);
      }
    },
  ),
  check("getSchedules() returns the schedules that match every key of the filter", async (t) => {
    await t.addSchedule("a", { group: "g" });
    await t.addSchedule("b", { group: "g", paused: true });
    await t.addSchedule("c", { taskName: "other", status: "finished" });
    const ids = async (filter: object) => idsOf(await t.store.getSchedules(filter));
    assert.deepEqual(await ids({ ids: ["c", "a", "unknown"] }), ["a", "c"]);
    assert.deepEqual(await ids({ ids: [] }), []);
    assert.deepEqual(await ids({ idPrefix: "a" }), ["a"]);
    assert.deepEqual(await ids({ idPrefix: "A" }), []);
    assert.deepEqual(await ids({ taskName: TASK }), ["a", "b"]);
    assert.deepEqual(await ids({ group: "g" }), ["a", "b"]);
    assert.deepEqual(await ids({ paused: true }), ["b"]);
    assert.deepEqual(await ids({ paused: false, group: "g" }), ["a"]);
    assert.deepEqual(await ids({ status: "finished" }), ["c"]);
    assert.deepEqual(await ids({ status: "failed" }), []);
  }),
];

async function dueIds(t: StoreTest, limit = 100): Promise<readonly string[]> {
  return (await t.store.dueSchedules(limit)).due.map(({ schedule }) => schedule.id);
}

/** Which schedules are due, and replanning them. */
export const schedulePlanningTests: readonly StoreCheck[] = [
  check("dueSchedules() returns the due schedules, earliest first, up to the limit", async (t) => {
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
  check("dueSchedules() returns the schedules that need planning, with any next fire time", async (t) => {
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
  check("dueSchedules() returns the earliest future fire time", async (t) => {
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
  check(
    "dueSchedules() returns the schedule, its task, its unfinished jobs and the taken fire times",
    async (t) => {
      await t.store.putTasks([taskWrite(TASK, { maxRunningJobs: null })]);
      await t.store.updateTask(TASK, { overrides: { priority: 2 } });
      const schedule = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
      await t.addSchedule("t", { nextFireTimeMs: t.nowMs, taskName: "unknown" });
      const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
      await t.end(await t.running("finished", place));
      await t.running("running", place);
      await t.add("ready", { ...place, fireTimeMs: t.nowMs + 5000 });
      await t.add("scheduled", { ...place, fireTimeMs: t.nowMs, runAtMs: t.nowMs + 99 });
      await t.add("direct");
      await t.end(await t.running("parked", place), { to: "parked", reason: "unknown version" });
      const { due, nowMs } = await t.store.dueSchedules(9);
      assert.equal(nowMs, t.nowMs);
      assert.deepEqual(due, [
        {
          schedule: await t.schedule("s"),
          task: only(await t.store.getTasks([TASK])),
          unfinishedJobs: 3,
          takenFireTimesMs: [nowMs, nowMs + 5000],
        },
        { schedule: await t.schedule("t"), task: undefined, unfinishedJobs: 0, takenFireTimesMs: [] },
      ]);
    },
  ),
  check(
    "dueSchedules() returns taken fire times from the next fire or now on, a thousand at most",
    async (t) => {
      const schedule = await t.addSchedule("s", { nextFireTimeMs: t.nowMs - 5, advancedAtMs: t.nowMs });
      const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
      const fireTimes = Array.from({ length: 1010 }, (_, i) => t.nowMs - 10 + i);
      await t.store.addJobs(
        fireTimes.map((fireTimeMs) => newJob(`j-${fireTimeMs}`, { ...place, fireTimeMs })),
      );
      const taken = only((await t.store.dueSchedules(9)).due).takenFireTimesMs;
      assert.deepEqual(taken, fireTimes.slice(5, 1005));
      await t.putSchedule(schedule, { nextFireTimeMs: t.nowMs + 100, needsPlanning: true });
      assert.equal(only((await t.store.dueSchedules(9)).due).takenFireTimesMs[0], t.nowMs);
    },
  ),
  check("dueSchedules() returns schedules that were last advanced more than a minute ahead", async (t) => {
    const nextFireTimeMs = t.nowMs + 999_999;
    const advancedAtMs = t.nowMs + 60_001;
    await t.addSchedule("ahead", { nextFireTimeMs, advancedAtMs });
    await t.addSchedule("finished", { status: "finished", advancedAtMs });
    await t.addSchedule("failed", { status: "failed", advancedAtMs });
    await t.addSchedule("paused", { nextFireTimeMs, paused: true, advancedAtMs });
    await t.addSchedule("nearly", { nextFireTimeMs, advancedAtMs: t.nowMs + 60_000 });
    await t.addSchedule("due", { nextFireTimeMs: t.nowMs });
    assert.deepEqual(await dueIds(t), ["finished", "due", "ahead"]);
    t.pass(1);
    assert.deepEqual(await dueIds(t), ["due"]);
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
