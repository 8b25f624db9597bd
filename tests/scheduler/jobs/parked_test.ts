import assert from "node:assert/strict";
import { z } from "zod";
import { memory } from "../../../src/stores/memory.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import type { NewJob } from "../../../src/model/job_record.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp } from "../fixtures.ts";

const before = task({ name: "mail", input: z.object({ to: z.string() }), run: ({ to }) => to });
const after = task({
  name: "mail",
  input: z.object({ to: z.string(), cc: z.string() }),
  run: ({ cc }) => cc,
});
const tolerant = task({
  name: "mail",
  input: z.object({ to: z.string(), cc: z.string().default("nobody") }),
  run: ({ cc }) => cc,
});

test("a stored input that no longer fits is parked, told, and taken up again by code that can", async () => {
  const store = memory();
  const old = setUp({ store, tasks: [before] });
  const { id } = await old.scheduler.addJob(before, { to: "ada" });
  await old.scheduler.stop();

  const strict = setUp({ store, tasks: [after], clock: old.clock });
  await strict.scheduler.startInBackground();
  await settle(old.clock);
  const parked = await strict.scheduler.getJob(id);
  assert.deepEqual([parked.state, parked.attempt], ["parked", 0]);
  assert.match(parked.parkedReason ?? "", /no longer fits.*cc/);
  assert.deepEqual(strict.types("jobParked"), ["jobParked"]);
  await assert.rejects(strict.scheduler.getJobResult(id), refusal("jobParked", /cc/));
  await assert.rejects(strict.scheduler.getJobResult(id, { wait: false }), refusal("jobNotReady", /parked/));
  await strict.scheduler.stop();

  const mended = setUp({ store, tasks: [tolerant], clock: old.clock });
  await using _ = mended.scheduler;
  await mended.scheduler.startInBackground();
  await settle(old.clock);
  assert.equal((await mended.scheduler.getJobResult(id)).value, "nobody");
});

test("a parked job is taken up again when its input is changed, or by retryJob()", async () => {
  const store = memory();
  const old = setUp({ store, tasks: [before] });
  const first = await old.scheduler.addJob(before, { to: "ada" });
  const second = await old.scheduler.addJob(before, { to: "bob" });
  await old.scheduler.stop();
  const { scheduler, clock } = setUp({ store, tasks: [after], clock: old.clock });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  await scheduler.updateJob(first.id, { input: { to: "ada", cc: "eve" } });
  await settle(clock);
  assert.equal((await scheduler.getJobResult(first.id)).value, "eve");
  assert.equal((await scheduler.retryJob(second.id)).state, "ready");
  await settle(clock);
  assert.equal((await scheduler.getJob(second.id)).state, "parked");
});

test("an input that cannot be decoded is parked and never crashes the loop", async () => {
  const store = memory();
  const { scheduler, clock } = setUp({ store, tasks: [before] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const broken: NewJob = {
    id: "broken",
    taskName: "mail",
    taskVersion: 1,
    scheduleSeq: null,
    scheduleId: null,
    fireTimeMs: null,
    runAtMs: null,
    priority: 1,
    ageingMs: null,
    tags: [],
    concurrencyKey: null,
    rateKey: null,
    input: "{{{ not a payload",
    overrides: {},
    metadata: {},
    startDeadlineMs: null,
  };
  await store.addJobs([broken]);
  const fine = await scheduler.addJob(before, { to: "ada" });
  await settle(clock);
  assert.equal(await fine.result(), "ada");
  const job = await scheduler.getJob("broken");
  assert.equal(job.state, "parked");
  assert.match(job.parkedReason ?? "", /cannot be decoded/);
});

test("a job of a task that nobody knows waits parked, holds no slot, and runs once somebody comes", async () => {
  const store = memory();
  const client = setUp({ store, role: "client" });
  const other = task({ name: "other", run() {} });
  const { scheduler, clock } = setUp({ store, tasks: [other], clock: client.clock });
  await using _ = scheduler;
  await using _client = client.scheduler;
  await scheduler.startInBackground();
  const handle = await client.scheduler.addJob(taskRef<typeof before>("mail"), { to: "ada" });
  await clock.advance({ seconds: 5 });
  assert.equal((await handle.status()).state, "parked");
  const knows = setUp({ store, tasks: [before], clock });
  await using _knows = knows.scheduler;
  await knows.scheduler.startInBackground();
  await settle(clock);
  assert.equal(await handle.result(), "ada");
});
