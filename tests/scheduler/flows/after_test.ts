import assert from "node:assert/strict";
import { z } from "zod";
import type { JobOptions } from "../../../src/model/job_options.ts";
import { task } from "../../../src/registry/task.ts";
import { jobRequest } from "../../../src/scheduler/jobs/job_request.ts";
import { memory } from "../../../src/stores/memory.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

/** A task that notes its runs, and fails for the inputs that say so. */
function noting() {
  const ran: string[] = [];
  const note = task({
    name: "note",
    input: z.string(),
    maxRunningJobs: null,
    run(name) {
      ran.push(name);
      if (name.startsWith("bad")) throw new Error(`${name} broke`);
      return name;
    },
  });
  return { note, ran };
}

for (const [store, make] of Object.entries({ memory, libsql: () => libsql(":memory:") })) {
  test(`addJob() with 'after' runs a job once its parents are finished, on ${store}`, async () => {
    const { note, ran } = noting();
    const { scheduler } = setUp({ store: make(), tasks: [note] });
    await using _ = scheduler;
    const first = await scheduler.addJob(note, "first");
    const second = await scheduler.addJob(note, "second", { after: [first, first.id] });
    const third = await scheduler.addJob(note, "third", { after: [second], priority: 9 });
    assert.equal((await third.status()).state, "blocked");
    await scheduler.runUntilIdle();
    assert.deepEqual(ran, ["first", "second", "third"]);
    assert.equal(await third.result(), "third");
  });

  test(`addJob() with 'after' cancels what waits for a failed parent, and tells so, on ${store}`, async () => {
    const { note, ran } = noting();
    const { scheduler, events } = setUp({ store: make(), tasks: [note] });
    await using _ = scheduler;
    const bad = await scheduler.addJob(note, "bad");
    const child = await scheduler.addJob(note, "child", { after: [bad] });
    const grandchild = await scheduler.addJob(note, "grandchild", { after: [child] });
    const anyway = await scheduler.addJob(note, "anyway", { after: [child], onParentFailure: "continue" });
    const waiting = assert.rejects(
      grandchild.result(),
      refusal("jobCancelled", /its parent job .* of task 'note' ended as cancelled/),
    );
    await scheduler.runUntilIdle();
    await waiting;
    assert.deepEqual(ran, ["bad", "anyway"]);
    const ended = events.filter((event) => event.type === "jobFinished").map((event) => event.jobId);
    assert.deepEqual(ended, [bad.id, child.id, grandchild.id, anyway.id]);
    const { error } = await child.status();
    assert.equal(error?.message, `its parent job ${bad.id} of task 'note' ended as error`);
  });
}

test("addJob() with 'after' refuses parents that are not there, or in another store", async () => {
  const { note } = noting();
  const { scheduler } = setUp({ stores: { main: memory(), other: memory() }, tasks: [note] });
  await using _ = scheduler;
  await assert.rejects(scheduler.addJob(note, "a", { after: ["gone"] }), refusal("jobNotFound", /'gone'/));
  await assert.rejects(scheduler.runJob(note, "a", { after: ["gone"] }), refusal("jobNotFound", /'gone'/));
  const elsewhere = await scheduler.addJob(note, "b", { store: "other" });
  await assert.rejects(
    scheduler.addJob(note, "a", { after: [elsewhere] }),
    refusal(
      "invalidOption",
      /'main' cannot wait for job .*in the store 'other'; add it with `store: "other"`/,
    ),
  );
  assert.deepEqual((await scheduler.getJobs({ store: "main" })).items, []);
});

test("addJob() refuses options about parents that do not fit", async () => {
  const { note } = noting();
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  const add = (options: object) => scheduler.addJob(note, "a", options);
  await assert.rejects(add({ onParentFailure: "continue" }), refusal("invalidOption", /requires 'after'/));
  await assert.rejects(add({ after: ["a"], onParentFailure: "stop" }), refusal("invalidOption", /cascade/));
  await assert.rejects(add({ after: [undefined] }), refusal("invalidOption", /ids or handles/));
  await assert.rejects(add({ after: "a" }), refusal("invalidOption", /list of jobs/));
  await assert.rejects(add({ after: ["a"], debounce: {} }), refusal("invalidOption", /debounce/));
  await assert.rejects(add({ after: ["a"], transaction: [] }), refusal("invalidOption", /transaction/));
  assert.equal((await add({ after: [] })).outcome, "added");
});

test("a parent that is cancelled or removed by hand settles those that wait for it", async () => {
  const { note, ran } = noting();
  const { scheduler, clock, events } = setUp({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const later = { delay: { hours: 1 } };
  const [cancelled, removed] = [
    await scheduler.addJob(note, "a", later),
    await scheduler.addJob(note, "b", later),
  ];
  const children = [
    await scheduler.addJob(note, "c", { after: [cancelled] }),
    await scheduler.addJob(note, "d", { after: [removed] }),
    await scheduler.addJob(note, "e", { after: [cancelled, removed], onParentFailure: "continue" }),
  ];
  await cancelled.cancel();
  await scheduler.removeJob(removed.id);
  await settle(clock);
  const outcomes = await Promise.all(children.map(async (job) => (await job.status()).outcome));
  assert.deepEqual(outcomes, ["cancelled", "cancelled", "success"]);
  assert.deepEqual(ran, ["e"]);
  const told = events.filter((event) => event.type === "jobFinished").map((event) => event.jobId);
  assert.deepEqual(new Set(told), new Set([cancelled.id, ...children.map(({ id }) => id)]));
});

test("a job waits for its own time and for its parents", async () => {
  const { note, ran } = noting();
  const { scheduler, clock } = setUp({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const parent = await scheduler.addJob(note, "parent", { delay: { minutes: 10 } });
  await scheduler.addJob(note, "later", { after: [parent], delay: { minutes: 20 } });
  await scheduler.addJob(note, "sooner", { after: [parent], delay: { minutes: 5 } });
  await clock.advance({ minutes: 12 });
  assert.deepEqual(ran, ["parent", "sooner"]);
  await clock.advance({ minutes: 9 });
  assert.deepEqual(ran, ["parent", "sooner", "later"]);
});

test("explain() says which jobs are waited for", async () => {
  const { opened, open } = gate();
  const wait = task({ name: "wait", maxRunningJobs: null, run: () => opened });
  const { scheduler, clock } = setUp({ tasks: [wait] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const parked = await scheduler.addJob(wait, undefined, { delay: { hours: 1 } });
  const running = await scheduler.addJob(wait);
  await settle(clock);
  const child = await scheduler.addJob(wait, undefined, { after: [parked, running] });
  const { sentence, causes, state } = await scheduler.explain(child.id);
  assert.equal(state, "blocked");
  assert.equal(
    sentence,
    `Job ${child.id} of task 'wait' is not running: it waits for job ${running.id} ` +
      "(wait, running since 2026-01-01T00:00:00Z) and 1 more",
  );
  assert.deepEqual(causes.map(({ cause, facts }) => [cause, facts["count"]]), [["parents", 2]]);
  open();
});

test("addJob() with after starts at once when its parent is over, also where neither is limited", async () => {
  for (const store of [memory(), libsql(":memory:")]) {
    const ran: string[] = [];
    const parent = task({ name: "parent", maxRunningJobs: null, run: () => void ran.push("parent") });
    const child = task({ name: "child", maxRunningJobs: null, run: () => void ran.push("child") });
    const { scheduler, clock } = setUp({ store, tasks: [parent, child] });
    await using _ = scheduler;
    await scheduler.startInBackground();
    const first = await scheduler.addJob(parent, undefined, { delay: { minutes: 1 } });
    await scheduler.addJob(child, undefined, { after: [first] });
    await clock.advance({ minutes: 1 });
    assert.deepEqual(ran, ["parent", "child"]);
  }
});

test("addJob() refuses 'after' with 'transaction' and with 'debounce', and says so", async () => {
  const { note } = noting();
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  const first = await scheduler.addJob(note, "first");
  const options: readonly JobOptions[] = [{ transaction: [] }, { debounce: {} }];
  for (const other of options) {
    const rule = new RegExp(`'after' .*cannot go with '${Object.keys(other)[0]}': give one of the two`);
    await assert.rejects(
      scheduler.addJob(note, "second", { ...other, after: [first] }),
      refusal("invalidOption", rule),
    );
  }
  const request = jobRequest(note, "x", { after: [first], debounce: {} });
  await assert.rejects(scheduler.addJobs([request]), refusal("invalidOption", /cannot go with 'debounce'/));
  assert.equal((await scheduler.getJobs()).items.length, 1);
});
