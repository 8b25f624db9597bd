import assert from "node:assert/strict";
import { z } from "zod";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interceptStore } from "../../../src/testing/intercept_store.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { settle } from "../fixtures.ts";

const WAITERS = 50;

/** A worker whose jobs end when the test says so, and a client on the same store that waits for them. */
async function setUpWaiters(store = memory()) {
  const clock = new VirtualClock();
  const ends = new Map<number, () => void>();
  const held = task({
    name: "held",
    input: z.number(),
    maxRunningJobs: null,
    run: (n) => new Promise<number>((resolve) => ends.set(n, () => resolve(n))),
  });
  const calls: string[] = [];
  const control = { failsFeed: false };
  const counting = interceptStore(store, (call, proceed) => {
    calls.push(call.name === "getJobs" ? `getJobs of ${call.args[0].ids?.length}` : call.name);
    const fails = control.failsFeed && call.name === "readChanges";
    return fails ? Promise.reject(new Error("no network")) : proceed();
  });
  const worker = new Scheduler({ clock, store, tasks: [held], maxConcurrentJobs: 1000 });
  const client = new Scheduler({ clock, store: counting, tasks: [held], role: "client" });
  await worker.startInBackground();
  const handles = await client.addJobs(held, Array.from({ length: WAITERS }, (_, n) => n));
  const results = new Map<number, number>();
  const waits = handles.map((handle) =>
    handle.result().then((n) => void results.set(n, clock.nowMs()), () => {})
  );
  await clock.advance({ milliseconds: 100 });
  const stop = async () => {
    for (const end of ends.values()) end();
    await settle(clock);
    await client.stop();
    await worker.stop();
    await Promise.all(waits);
  };
  return { clock, calls, control, ends, results, worker, held, [Symbol.asyncDispose]: stop };
}

for (const [name, makeStore] of Object.entries({ memory, libsql: () => libsql(":memory:") })) {
  test(`many waiters ask the feed which jobs have ended, and look at those alone, on ${name}`, async () => {
    await using scene = await setUpWaiters(makeStore());
    const { clock, calls, ends, results, worker, held } = scene;
    await worker.addJob(held, 1000);
    await settle(clock);
    calls.splice(0);
    await worker.addJob(held, 1001);
    await settle(clock);
    assert.deepEqual([...new Set(calls)], ["readChanges"], "a change that ended no job");
    calls.splice(0);
    ends.get(7)!();
    await settle(clock);
    assert.deepEqual([...results.keys()], [7]);
    assert.deepEqual(calls.filter((call) => call !== "readChanges"), ["getJobs of 1"]);
    for (const n of [8, 9, 10]) ends.get(n)!();
    await settle(clock);
    assert.deepEqual([...results.keys()], [7, 8, 9, 10]);
  });
}

test("many waiters look at all their jobs when more has changed than is worth reading", async () => {
  await using scene = await setUpWaiters();
  const { clock, calls, control, ends, results, worker, held } = scene;
  await worker.addJob(held, 1000);
  await settle(clock);
  const others = Array.from({ length: 3 * WAITERS }, (_, n) => 2000 + n);
  await worker.addJobs(held, others);
  await settle(clock);
  control.failsFeed = true;
  for (const n of others) ends.get(n)!();
  await settle(clock);
  control.failsFeed = false;
  calls.splice(0);
  ends.get(7)!();
  await clock.advance({ milliseconds: 20 });
  assert.deepEqual([...results.keys()], [7]);
  assert.ok(calls.includes(`getJobs of ${WAITERS}`), calls.join());
});

test("many waiters find out by their timer what the feed could not say", async () => {
  await using scene = await setUpWaiters();
  const { clock, control, ends, results } = scene;
  control.failsFeed = true;
  ends.get(7)!();
  await settle(clock);
  assert.equal(results.size, 0);
  await clock.advance({ seconds: 2 });
  assert.deepEqual([...results.keys()], [7]);
});
