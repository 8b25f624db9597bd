import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

/** A logger that keeps the reasons of warnings. */
function keeping() {
  const reasons: unknown[] = [];
  const warn = (_line: string, fields?: Readonly<Record<string, unknown>>) =>
    void reasons.push(fields?.["reason"]);
  return { reasons, logger: { debug() {}, info() {}, warn, error() {} } };
}

test("result() and getJobResult() give up after their timeout or signal, and the job continues", async () => {
  const end = gate<string>();
  const slow = task({ name: "slow", run: () => end.opened });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await scheduler.startInBackground();
  const job = await scheduler.addJob(slow);
  const leaving = new AbortController();
  const refused = [
    assert.rejects(job.result({ timeout: { seconds: 2 } }), refusal("waitTimedOut", /after 2 seconds/)),
    assert.rejects(scheduler.getJobResult(job.id, { timeout: { seconds: 3 } }), refusal("waitTimedOut")),
    assert.rejects(job.result({ timeout: { minutes: 1 }, signal: leaving.signal }), /left/),
    assert.rejects(scheduler.runJob(slow, undefined, { signal: leaving.signal, id: "second" }), /left/),
  ];
  await clock.advance({ seconds: 3 });
  leaving.abort(new Error("left"));
  await Promise.all(refused);
  await assert.rejects(scheduler.runJob(slow, undefined, { signal: leaving.signal, id: "third" }), /left/);
  await assert.rejects(scheduler.getJob("third"), refusal("jobNotFound"));
  await assert.rejects(job.result({ timeot: 1 } as never), refusal("invalidOption", /timeot/));
  const last = job.result({ timeout: { seconds: 1 } });
  end.open("done");
  await settle(clock);
  assert.equal(await last, "done");
  assert.equal(await (await scheduler.getJob("second")).outcome, "success");
  await scheduler.stop();
  assert.equal(clock.pendingTimers, 0);
});

test("a wait in which nothing happens warns once, with the reason", async () => {
  const { reasons, logger } = keeping();
  const greet = task({ name: "greet", run: () => "hello" });
  const store = memory();
  const { scheduler, clock } = setUp({ role: "client", store, tasks: [greet], logger });
  const job = await scheduler.addJob(greet);
  const result = job.result();
  const both = scheduler.runJob(greet);
  await clock.advance({ seconds: 4 });
  assert.equal(reasons.length, 0);
  await clock.advance({ seconds: 2 });
  assert.deepEqual(reasons.map((reason) => /is not running: no /.test(String(reason))), [true, true]);
  await clock.advance({ minutes: 2 });
  assert.equal(reasons.length, 2);
  const worker = setUp({ store, clock, tasks: [greet] });
  await worker.scheduler.startInBackground();
  await clock.advance({ seconds: 2 });
  assert.deepEqual(await Promise.all([result, both]), ["hello", "hello"]);
  await worker.scheduler.stop();
  await scheduler.stop();
  assert.equal(clock.pendingTimers, 0);
});

test("a wait for a job that runs, or that is to run later, warns of nothing", async () => {
  const { reasons, logger } = keeping();
  const end = gate();
  const slow = task({ name: "slow", run: () => end.opened });
  const later = task({ name: "later", run: () => "late" });
  const { scheduler, clock } = setUp({ tasks: [slow, later], logger });
  await scheduler.startInBackground();
  const running = scheduler.runJob(slow);
  const waiting = scheduler.runJob(later, undefined, { delay: { minutes: 1 } });
  await clock.advance({ minutes: 1 });
  end.open();
  await settle(clock);
  await Promise.all([running, waiting]);
  assert.deepEqual(reasons, []);
  await scheduler.stop();
});
