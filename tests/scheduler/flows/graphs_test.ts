import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import type { JobHandle } from "../../../src/scheduler/jobs/handles.ts";
import { jobRequest } from "../../../src/scheduler/jobs/job_request.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { refusal, setUp } from "../fixtures.ts";

const ran: string[] = [];
const note = task({
  name: "note",
  input: z.string(),
  run(name) {
    ran.push(name);
    if (name === "bad") throw new Error("broken");
    return name.length;
  },
});
const count = task({ name: "count", run: (_input, { job }) => job.parents.map(({ outcome }) => outcome) });

test("addJobs() adds a graph in one step, parents first, and returns typed handles as given", async () => {
  for (const store of [memory(), libsql(":memory:")]) {
    const { scheduler } = setUp({ store, tasks: [note, count] });
    await using _ = scheduler;
    ran.length = 0;
    const fetched = jobRequest(note, "fetch", { id: "fetch" });
    const parsed = jobRequest(note, "parse", { after: [fetched] });
    const [last, , first] = await scheduler.addJobs([
      jobRequest(count, undefined, { after: [parsed, "fetch"] }),
      parsed,
      fetched,
    ]);
    const typed: readonly [JobHandle<string[]>, JobHandle<number>] = [last, first];
    assert.equal(typed[1].id, "fetch");
    await scheduler.runUntilIdle();
    assert.deepEqual(ran, ["fetch", "parse"]);
    assert.deepEqual(await last.result(), ["success", "success"]);
  }
});

test("addJobs() refuses a circle and names it, and adds nothing", async () => {
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  const requests = [
    jobRequest(note, "free"),
    jobRequest(note, "a", { id: "a", after: ["c"] }),
    jobRequest(note, "b", { id: "b", after: ["a"] }),
    jobRequest(note, "c", { id: "c", after: ["b"] }),
  ];
  await assert.rejects(
    scheduler.addJobs(requests),
    refusal("invalidOption", /in a circle: 'a' waits for 'c' waits for 'b' waits for 'a'/),
  );
  await assert.rejects(
    scheduler.addJobs([jobRequest(note, "self", { id: "self", after: ["self"] })]),
    refusal("invalidOption", /'self' waits for 'self'/),
  );
  assert.deepEqual((await scheduler.getJobs()).items, []);
});

test("addJobs() refuses requests whose parents cannot be told", async () => {
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  const elsewhere = jobRequest(note, "elsewhere");
  const once = jobRequest(note, "once");
  await assert.rejects(
    scheduler.addJobs([jobRequest(note, "x", { after: [elsewhere] })]),
    refusal("invalidOption", /not among those of the same call/),
  );
  await assert.rejects(scheduler.addJobs([once, once]), refusal("invalidOption", /there twice/));
  await assert.rejects(
    scheduler.addJobs([once, jobRequest(note, "x", { after: ["gone"] })]),
    refusal("jobNotFound", /'gone'/),
  );
  assert.deepEqual((await scheduler.getJobs()).items, []);
});

test("addJobs() lets jobs wait for the one that stands for another of their call", async () => {
  for (const store of [memory(), libsql(":memory:")]) {
    const { scheduler, clock } = setUp({ store, tasks: [note, count] });
    await using _ = scheduler;
    const there = await scheduler.addJob(note, "there", { unique: {} });
    const soon = await scheduler.addJob(note, "soon", {
      delay: { minutes: 1 },
      debounce: { by: () => "typed" },
    });
    const same = jobRequest(note, "there", { unique: {} });
    const again = jobRequest(note, "bad", { delay: { minutes: 1 }, debounce: { by: () => "typed" } });
    const fresh = jobRequest(note, "fresh", { unique: {} });
    const [waiting, ...others] = await scheduler.addJobs([
      jobRequest(count, undefined, { after: [same, there, again, fresh], onParentFailure: "continue" }),
      same,
      again,
      fresh,
    ]);
    assert.deepEqual(others.map(({ outcome }) => outcome), ["deduplicated", "replaced", "added"]);
    const parents = [there.id, soon.id, others[2]!.id];
    assert.deepEqual((await scheduler.getParents(waiting.id)).map(({ id }) => id), parents);
    await scheduler.startInBackground();
    await clock.advance({ minutes: 2 });
    assert.deepEqual(await waiting.result(), ["success", "error", "success"]);
  }
});

test("addJobs() takes long chains", async () => {
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  const ids = Array.from({ length: 3000 }, (_, i) => `job-${i}`);
  const requests = ids.map((id, i) => jobRequest(note, id, { id, after: i === 0 ? [] : [ids[i - 1]!] }));
  await scheduler.addJobs(requests.toReversed());
  await scheduler.cancelJob("job-0");
  assert.equal((await scheduler.getJob("job-2999")).outcome, "cancelled");
});

test("a job that is added by a job knows by which one", async () => {
  const parent = task({
    name: "parent",
    run: async () => (await currentScheduler().addJobs(note, ["one", "two"])).map(({ id }) => id),
  });
  const { scheduler } = setUp({ tasks: [parent, note] });
  await using _ = scheduler;
  const job = await scheduler.addJob(parent);
  await scheduler.runUntilIdle();
  const { items: children } = await scheduler.getJobs({ addedBy: job.id, order: "oldest" });
  assert.deepEqual(children.map(({ id }) => id), await job.result());
  assert.deepEqual(children.map(({ addedBy }) => addedBy), [job.id, job.id]);
  assert.equal((await job.status()).addedBy, undefined);
});

test("addBatch() adds jobs and runs what completes them, however they end", async () => {
  for (const store of [memory(), libsql(":memory:")]) {
    const { scheduler } = setUp({ store, tasks: [note, count] });
    await using _ = scheduler;
    const requests = ["good", "bad"].map((name) => jobRequest(note, name));
    const batch = await scheduler.addBatch(requests, { id: "photos", onComplete: jobRequest(count) });
    const before = await batch.status();
    assert.deepEqual([before.total, before.isComplete], [2, false]);
    await scheduler.runUntilIdle();
    const { isComplete, outcomes, states } = await batch.status();
    assert.deepEqual([isComplete, outcomes.success, outcomes.error, states.finished], [true, 1, 1, 2]);
    assert.deepEqual((await batch.results()).map(({ value, outcome }) => [value, outcome]), [
      [4, "success"],
      [undefined, "error"],
    ]);
    assert.deepEqual(await batch.completion?.result(), ["success", "error"]);
    const again = await scheduler.addBatch(requests, { id: "photos", onComplete: jobRequest(count) });
    assert.deepEqual(again.jobs.map(({ outcome }) => outcome), ["deduplicated", "deduplicated"]);
    const found = await scheduler.getBatch("photos");
    assert.deepEqual(found.jobs.map(({ id }) => id), batch.jobs.map(({ id }) => id));
    assert.equal(found.completion?.id, batch.completion?.id);
    assert.deepEqual((await scheduler.getParents(batch.completion!.id)).map(({ id }) => id), [
      "photos:0",
      "photos:1",
    ]);
    await assert.rejects(scheduler.getBatch("none"), refusal("jobNotFound"));
  }
});

test("addBatch() can be cancelled as a whole, and refuses what cannot be of a batch", async () => {
  const { scheduler } = setUp({ tasks: [note, count] });
  await using _ = scheduler;
  const later = { delay: { hours: 1 } };
  const batch = await scheduler.addBatch(
    [jobRequest(note, "a", later), jobRequest(note, "b", later)],
    { onComplete: jobRequest(count) },
  );
  assert.equal(await batch.cancel("not needed"), 2);
  await scheduler.runUntilIdle();
  assert.deepEqual(await batch.completion?.result(), ["cancelled", "cancelled"]);
  await assert.rejects(scheduler.addBatch([]), refusal("invalidOption", /empty/));
  await assert.rejects(
    scheduler.addBatch([jobRequest(note, "a", { unique: {} })]),
    refusal("invalidOption", /give the batch an 'id'/),
  );
});
