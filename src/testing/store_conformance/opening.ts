import assert from "node:assert/strict";
import { isCarillonError } from "../../errors.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";

/** Opening, closing and time. */
export const openingTests: readonly StoreCheck[] = [
  check("nowMs() returns the time of the clock that the store was opened with", async (t) => {
    assert.equal(await t.store.nowMs(), t.clock.nowMs());
    t.pass(1234);
    assert.equal(await t.store.nowMs(), t.clock.nowMs());
  }),
  check("close() makes other calls fail until the store is opened again", async (t) => {
    await t.add("a");
    await t.store.close();
    try {
      await assert.rejects(t.store.getJobs({}), (error) => isCarillonError(error, "storeClosed"));
      await assert.rejects(t.store.nowMs(), (error) => isCarillonError(error, "storeClosed"));
    } finally {
      await t.store.open({ clock: t.clock });
    }
  }),
  check("close() keeps the store open while another user has opened it", async (t) => {
    await t.store.open({ clock: t.clock });
    await t.store.close();
    assert.equal(await t.store.nowMs(), t.clock.nowMs());
  }),
  check("open() finds again what was there before close()", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addSchedule("s", { nextFireTimeMs: 5 });
    await t.add("a", { metadata: { user: "ada" }, input: "json:[1]" });
    await t.claim(incarnation);
    const before = [await t.job("a"), await t.schedule("s"), await t.store.getTasks()];

    await t.store.close();
    await t.store.open({ clock: t.clock });

    assert.deepEqual([await t.job("a"), await t.schedule("s"), await t.store.getTasks()], before);
    assert.ok(await t.scheduler() > incarnation);
  }),
  check("kind, location and capabilities describe the store", async (t) => {
    assert.match(t.store.kind, /^[a-z]+$/i);
    assert.notEqual(t.store.location, "");
    assert.equal(typeof t.store.capabilities.durable, "boolean");
    assert.equal(typeof t.store.capabilities.shared, "boolean");
    assert.equal(await t.store.nowMs(), t.clock.nowMs());
  }),
  checkTwo("open() lets two users see the same data", async (first, second) => {
    await first.add("a");
    assert.equal((await second.job("a")).id, "a");
    await second.add("b");
    assert.equal((await first.job("b")).id, "b");
  }),
];
