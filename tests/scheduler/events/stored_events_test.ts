import assert from "node:assert/strict";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, setUp } from "../fixtures.ts";
import { newFile } from "../transactions/application.ts";

const work = task({ name: "work", run: (_input, { job }) => job.id });

async function withFile(body: (make: () => DataStore) => Promise<void>): Promise<void> {
  const { url, remove } = await newFile();
  try {
    await body(() => libsql(url, { synchronous: "normal" }));
  } finally {
    await remove();
  }
}

async function inMemory(body: (make: () => DataStore) => Promise<void>): Promise<void> {
  const store = memory();
  await body(() => store);
}

for (const [name, withStore] of Object.entries({ memory: inMemory, "a libSQL file": withFile })) {
  test(`events({ after }) continues behind a cursor, with what other schedulers did, on ${name}`, async () => {
    await withStore(async (make) => {
      await using worker = new Scheduler({ store: make(), tasks: [work] });
      await using reader = new Scheduler({ store: make(), role: "client" });
      const start = await reader.eventCursor();
      const seen: string[] = [];
      let cursor = "";
      const first = reader.events({ after: start, types: ["jobFinished", "scheduleAdded"] });
      await worker.addSchedule(work, interval({ days: 1 }), { id: "daily" });
      await worker.runJob(work, undefined, { id: "a" });
      for await (const event of first) {
        seen.push(event.type === "jobFinished" ? `${event.outcome} ${event.jobId}` : event.scheduleId);
        cursor = event.cursor;
        if (seen.length === 2) break;
      }
      await worker.runJob(work, undefined, { id: "b" });
      await using again = new Scheduler({ store: make(), role: "client" });
      const next = again.events({ after: cursor, types: "jobFinished" });
      const { value } = await next.next();
      seen.push(String(value?.jobId));
      const waiting = next.next();
      await worker.runJob(work, undefined, { id: "c" });
      seen.push(String((await waiting).value?.jobId));
      assert.deepEqual(seen, ["daily", "success a", "b", "c"]);
      const last = next.next();
      await again.stop();
      assert.deepEqual(await last, { done: true, value: undefined });
    });
  });
}

test("events({ after }) says when a cursor is none, or not of this store", async () => {
  await using scheduler = new Scheduler({ tasks: [work] });
  for (const after of ["", "main", "main=x"]) {
    assert.throws(() => scheduler.events({ after }), refusal("invalidOption", /must be the cursor/));
  }
  await assert.rejects(
    scheduler.events({ after: "main=99" }).next(),
    refusal("cursorExpired", /ahead of the store/),
  );
});

test("events({ after }) says when what followed a cursor is not kept any more, and where to go on", async () => {
  for (const store of [memory(), libsql(":memory:")]) {
    const { scheduler, clock } = setUp({ store, tasks: [work] });
    await using _ = scheduler;
    const first = await scheduler.eventCursor();
    await scheduler.runJob(work, undefined, { id: "a" });
    await clock.advance({ hours: 12 });
    await scheduler.runJob(work, undefined, { id: "b" });
    await clock.advance({ hours: 13 });
    // Until they are deleted, even old ones are told.
    const kept = scheduler.events({ after: first, types: "jobFinished" });
    assert.equal((await kept.next()).value?.jobId, "a");
    await scheduler.cleanup();
    const expired = scheduler.events({ after: first, types: "jobFinished" });
    const error = await expired.next().then(() => assert.fail("it went on"), (error) => error);
    assert.ok(refusal("cursorExpired", /is no longer kept; read the state anew/)(error));
    assert.equal((await expired.next()).done, true);
    const { oldest } = error.details;
    const next = scheduler.events({ after: oldest, types: "jobFinished" });
    assert.equal((await next.next()).value?.jobId, "b");
  }
});
