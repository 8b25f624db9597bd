import assert from "node:assert/strict";
import { idsOf, policies, TASK, taskWrite } from "./records.ts";
import { failure } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Looking at jobs: filters, order, and the states people see. */
export const findingTests: readonly StoreCheck[] = [
  check("getJobs() returns the newest or the oldest first, page by page", async (t) => {
    await t.addAll(["a", "b", "c", "d"]);
    const ids = async (filter: object) => idsOf(await t.store.getJobs(filter));
    assert.deepEqual(await ids({}), ["d", "c", "b", "a"]);
    assert.deepEqual(await ids({ order: "oldest" }), ["a", "b", "c", "d"]);
    const [a, b, c] = await t.store.getJobs({ order: "oldest" });
    assert.deepEqual(await ids({ order: "oldest", afterSeq: b?.seq, limit: 1 }), ["c"]);
    assert.deepEqual(await ids({ afterSeq: c?.seq }), ["b", "a"]);
    assert.deepEqual(await ids({ afterSeq: c?.seq, limit: 1, ids: ["a", "b", "d"] }), ["b"]);
    assert.deepEqual(await ids({ afterSeq: a?.seq }), []);
    assert.deepEqual(await ids({ limit: 0 }), []);
    await t.store.removeJobs(["b"]);
    assert.deepEqual(await ids({ order: "oldest", afterSeq: b?.seq }), ["c", "d"]);
    assert.deepEqual(await ids({ afterSeq: b?.seq }), ["a"]);
  }),
  check("getJobs() returns the jobs that match every key of the filter", async (t) => {
    await t.task();
    const { seq } = await t.addSchedule("s");
    const mine = await t.running("mine", { scheduleSeq: seq, scheduleId: "s" });
    const failed = await t.running("failed");
    await t.end(failed, { to: "finished", outcome: "error", value: null, error: failure, keepMs: null });
    await t.end(await t.running("done"));
    await t.add("other", { taskName: "other" });
    const ids = async (filter: object) => idsOf(await t.store.getJobs({ order: "oldest", ...filter }));
    assert.deepEqual(await ids({ ids: ["other", "mine", "unknown", "mine"] }), ["mine", "other"]);
    assert.deepEqual(await ids({ ids: [] }), []);
    assert.deepEqual(await ids({ taskName: TASK }), ["mine", "failed", "done"]);
    assert.deepEqual(await ids({ scheduleId: "s" }), ["mine"]);
    assert.deepEqual(await ids({ outcomes: ["error", "timedOut"] }), ["failed"]);
    assert.deepEqual(await ids({ owner: failed.owner }), ["failed"]);
    assert.deepEqual(await ids({ owner: mine.owner, states: ["running"] }), ["mine"]);
    assert.deepEqual(await ids({ states: ["running", "finished"] }), ["mine", "failed", "done"]);
    assert.deepEqual(await ids({ states: [] }), []);
    const last = { taskName: TASK, states: ["finished"], limit: 1, afterSeq: failed.seq };
    assert.deepEqual(await ids(last), ["done"]);
  }),
  check("getJobs() leaves inputs and results out on request, and finds those asked to stop", async (t) => {
    await t.task();
    await t.end(await t.running("done", { input: "json:1" }));
    const asked = await t.running("asked", { input: "json:2" });
    await t.running("left", { input: "json:3" });
    await t.store.cancelJobs(["asked"], { reason: "enough", keepMs: null });
    const slim = await t.store.getJobs({ order: "oldest", payloads: false });
    assert.deepEqual(slim.map(({ id, input, value }) => [id, input, value]), [
      ["done", null, null],
      ["asked", null, null],
      ["left", null, null],
    ]);
    const filter = { owner: asked.owner!, states: ["running"], cancelRequested: true } as const;
    const found = await t.store.getJobs(filter);
    assert.deepEqual(found.map(({ id, input, cancelRequested }) => [id, input, cancelRequested]), [
      ["asked", "json:2", "enough"],
    ]);
  }),
  check("getJobs() and claimJobs() return jobs whose inputs are long together", async (t) => {
    await t.task();
    const ids = Array.from({ length: 12 }, (_, i) => `job${10 + i}`);
    const input = `json:"${"x".repeat(999_990)}"`;
    await t.addAll(ids, { input });
    const claimed = await t.claimAll(await t.scheduler());
    assert.deepEqual(idsOf(claimed), ids);
    assert.ok(claimed.every((job) => job.input === input));
    const found = await t.store.getJobs({ order: "oldest" });
    assert.deepEqual(found.map((job) => [job.id, job.input?.length]), ids.map((id) => [id, input.length]));
  }),
  check("getJobs() returns the jobs whose id begins as asked, to the letter", async (t) => {
    await t.addAll(["mine", "Mine", "mi%", "mi_ne", "m"]);
    const ids = async (filter: object) => idsOf(await t.store.getJobs({ order: "oldest", ...filter }));
    assert.deepEqual(await ids({ idPrefix: "mi" }), ["mine", "mi%", "mi_ne"]);
    assert.deepEqual(await ids({ idPrefix: "mi_" }), ["mi_ne"]);
    assert.deepEqual(await ids({ idPrefix: "mi", order: "newest", limit: 2 }), ["mi_ne", "mi%"]);
    assert.deepEqual(await ids({ idPrefix: "mine", ids: ["mi%", "mine"] }), ["mine"]);
    assert.deepEqual(await ids({ idPrefix: "x" }), []);
  }),
  check("getJobs() shows jobs parked that no live scheduler has the code for", async (t) => {
    await t.task();
    await t.add("a");
    await t.add("later", { runAtMs: t.nowMs + 99_999 });
    assert.equal(await t.state("a"), "parked");
    assert.equal(await t.state("later"), "scheduled");
    const incarnation = await t.scheduler([TASK], 1000);
    assert.equal(await t.state("a"), "ready");
    t.pass(1000);
    assert.equal(await t.state("a"), "ready");
    t.pass(1);
    assert.equal(await t.state("a"), "parked");
    await t.store.heartbeat(incarnation, 1000);
    assert.equal(await t.state("a"), "ready");
    await t.store.unregisterScheduler(incarnation);
    assert.equal(await t.state("a"), "parked");
  }),
  check("getJobs() shows jobs blocked that wait for a pause or a slot of their task", async (t) => {
    await t.store.putTasks([taskWrite(TASK)]);
    const job = await t.running("running");
    await t.add("a");
    assert.equal(await t.state("a"), "blocked");
    await t.end(job);
    assert.equal(await t.state("a"), "ready");
    await t.store.updateTask(TASK, { paused: true });
    assert.equal(await t.state("a"), "blocked");
    await t.store.updateTask(TASK, { paused: false });
    assert.equal(await t.state("a"), "ready");
  }),
  check("getJobs() shows jobs blocked that wait for a slot of their schedule", async (t) => {
    await t.task();
    const schedule = await t.addSchedule("s", { policies: policies({ overlap: "queueOne" }) });
    const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
    await t.running("running", place);
    await t.add("a", place);
    await t.add("direct");
    assert.deepEqual([await t.state("a"), await t.state("direct")], ["blocked", "ready"]);
    await t.removeSchedule(schedule);
    assert.equal(await t.state("a"), "ready");
  }),
  check("getJobs() filters and countJobs() counts by the states people see", async (t) => {
    await t.store.putTasks([taskWrite(TASK), taskWrite("free", { maxRunningJobs: null })]);
    await t.scheduler(["free"]);
    await t.running("running");
    await t.addAll(["blocked-1", "blocked-2"]);
    await t.add("scheduled", { runAtMs: t.nowMs + 5 });
    await t.add("ready", { taskName: "free" });
    await t.add("parked", { taskName: "unknown" });
    const finished = await t.running("finished", { taskName: "free" });
    await t.end(finished);
    const ids = async (filter: object) => idsOf(await t.store.getJobs({ order: "oldest", ...filter }));
    assert.deepEqual(await ids({ states: ["blocked"] }), ["blocked-1", "blocked-2"]);
    assert.deepEqual(await ids({ states: ["blocked"], limit: 1 }), ["blocked-1"]);
    assert.deepEqual(await ids({ states: ["ready", "parked"] }), ["ready", "parked"]);
    assert.deepEqual(await ids({ states: ["scheduled"] }), ["scheduled"]);
    const none = { scheduled: 0, blocked: 0, ready: 0, running: 0, parked: 0, finished: 0 };
    assert.deepEqual(await t.store.countJobs({}), {
      scheduled: 1,
      blocked: 2,
      ready: 1,
      running: 1,
      parked: 1,
      finished: 1,
    });
    assert.deepEqual(await t.store.countJobs({ taskName: "free" }), { ...none, ready: 1, finished: 1 });
    assert.deepEqual(await t.store.countJobs({ scheduleId: "s" }), none);
  }),
];
