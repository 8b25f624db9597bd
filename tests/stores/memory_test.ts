import assert from "node:assert/strict";
import { memory } from "../../src/stores/memory.ts";
import { newJob, policies, TASK } from "../../src/testing/store_conformance/records.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { StoreTest } from "../../src/testing/store_conformance/store_test.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";

storeConformance({
  test: (name, body) => test(`memory: ${name}`, body),
  makeStore: () => memory(),
});

async function openMemory(): Promise<StoreTest> {
  const clock = new VirtualClock();
  const store = memory();
  await store.open({ clock });
  return new StoreTest(store, clock);
}

test("memory() returns frozen records all the way down", async () => {
  const t = await openMemory();
  await t.add("a", { metadata: { list: ["a"] } });
  const schedule = await t.addSchedule("s", { metadata: { list: ["a"] } });
  const job = await t.job("a");
  for (
    const value of [job, job.metadata, job.metadata.list, schedule, schedule.metadata, schedule.policies]
  ) {
    assert.ok(Object.isFrozen(value));
  }
});

test("memory() stores plain JSON, as a store on disk does", async () => {
  const t = await openMemory();
  const metadata = { at: new Date(0) as unknown as string, none: undefined as unknown as string };
  await t.add("a", { metadata });
  assert.deepEqual((await t.job("a")).metadata, { at: "1970-01-01T00:00:00.000Z" });
});

test("watch() reports each change to all users of a shared memory store, together", async () => {
  const t = await openMemory();
  let calls = 0;
  const stop = t.store.watch(() => calls++);
  await t.add("alone");
  await Promise.resolve();
  assert.equal(calls, 0);

  await t.store.open({ clock: t.clock });
  await Promise.all([t.add("a"), t.add("b"), t.store.getJobs({})]);
  await Promise.resolve();
  assert.equal(calls, 1);
  await t.store.getJobs({});
  assert.equal(calls, 1);

  stop();
  await t.add("c");
  await Promise.resolve();
  assert.equal(calls, 1);
});

test("open() keeps the first clock until the store is closed", async () => {
  const t = await openMemory();
  const later = new VirtualClock("2030-01-01T00:00Z");
  await t.store.open({ clock: later });
  assert.equal(await t.store.nowMs(), t.nowMs);
  await t.store.close();
  await t.store.close();
  await t.store.close();
  await t.store.open({ clock: later });
  assert.equal(await t.store.nowMs(), later.nowMs());
});

/** Time of claiming and handing back one job, in the best of several tries. */
async function claimMs(t: StoreTest, incarnation: number): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const startMs = systemClock.monotonicMs();
    for (let turn = 0; turn < 100; turn++) {
      const [job] = await t.claim(incarnation, { limit: 1 });
      assert.equal(job?.id, "wanted");
      await t.end(job, { to: "handBack", lostLease: false });
    }
    best = Math.min(best, (systemClock.monotonicMs() - startMs) / 100);
  }
  return best;
}

test("claimJobs() is not slowed by later, finished, parked or blocked jobs, however many", async () => {
  const t = await openMemory();
  await t.task();
  const incarnation = await t.scheduler();
  await t.add("wanted", { priority: -1 });
  const before = await claimMs(t, incarnation);

  const many = (name: string, job: Parameters<typeof newJob>[1]) =>
    t.store.addJobs(Array.from({ length: 25_000 }, (_, i) => newJob(`${name}-${i}`, job)));
  const { seq } = await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
  await t.running("first of s", { scheduleSeq: seq, scheduleId: "s" });
  await many("blocked", { scheduleSeq: seq, scheduleId: "s", priority: 5 });
  await many("later", { runAtMs: t.nowMs + 1000, priority: 9 });
  await many("other", { taskName: "other", priority: 9 });
  await many("finished", { runAtMs: t.nowMs + 1000 });
  const ids = Array.from({ length: 25_000 }, (_, i) => `finished-${i}`);
  await t.store.cancelJobs(ids, { reason: "finish", keepMs: 9 });

  const after = await claimMs(t, incarnation);
  assert.ok(after < before * 5 + 0.2, `${before} ms before, ${after} ms after`);
  assert.equal((await t.store.countJobs({ taskName: TASK })).blocked, 25_000);
});
