import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { isCarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { setUp } from "../fixtures.ts";

const idle = task({ name: "idle", run() {} });

/** A scheduler with seven jobs and seven schedules in two stores whose aliases are odd. */
async function twoStores() {
  const { scheduler, clock } = setUp({ tasks: [idle], stores: { "ä/1": memory(), b: memory() } });
  const names = Array.from({ length: 7 }, (_, i) => `${i}`);
  for (const id of names) {
    const store = Number(id) % 3 === 0 ? "ä/1" : "b";
    await scheduler.addJob(idle, undefined, { store, id, delay: { hours: 1 } });
    await scheduler.addSchedule(idle, interval({ hours: Number(id) + 1 }), { store, id });
    await clock.advance({ seconds: 1 });
  }
  return { scheduler, names };
}

/** Reads a list page by page. */
async function read<Item extends { readonly id: string }>(
  page: (cursor: { cursor?: string }) => Promise<{ items: readonly Item[]; next?: string }>,
): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let cursor: { cursor?: string } = {};;) {
    const { items, next } = await page(cursor);
    pages.push(items.map(({ id }) => id));
    if (next === undefined) return pages;
    assert.match(next, /^[\w-]+$/);
    cursor = { cursor: next };
  }
}

test("getJobs() and getSchedules() go on where the cursor says, over several stores", async () => {
  const { scheduler, names } = await twoStores();
  await using _ = scheduler;
  const newest = await read((cursor) => scheduler.getJobs({ limit: 3, ...cursor }));
  assert.deepEqual(newest, [["6", "5", "4"], ["3", "2", "1"], ["0"]]);
  const oldest = await read((cursor) => scheduler.getJobs({ limit: 4, order: "oldest", ...cursor }));
  assert.deepEqual(oldest, [["0", "1", "2", "3"], ["4", "5", "6"]]);
  const ofOne = await read((cursor) => scheduler.getJobs({ limit: 3, store: "ä/1", ...cursor }));
  assert.deepEqual(ofOne, [["6", "3", "0"]]);
  const fires = await read((cursor) => scheduler.getSchedules({ limit: 4, ...cursor }));
  assert.deepEqual(fires.flat(), names);
  assert.deepEqual(fires.map((page) => page.length), [4, 3]);
});

test("A cursor stays in its place while jobs are added and removed", async () => {
  const { scheduler } = await twoStores();
  await using _ = scheduler;
  const { next } = await scheduler.getJobs({ limit: 3 });
  await scheduler.addJob(idle, undefined, { id: "new" });
  await scheduler.removeJob("4");
  const { items } = await scheduler.getJobs({ limit: 3, cursor: next! });
  assert.deepEqual(items.map(({ id }) => id), ["3", "2", "1"]);
});

test("allJobs() and allSchedules() go through everything, a page at a time", async () => {
  const store = memory();
  const { scheduler } = setUp({ tasks: [idle], stores: { main: store } });
  await using _ = scheduler;
  const jobs = Array.from({ length: 1201 }, () => undefined);
  const added = await scheduler.addJobs(idle, jobs);
  await scheduler.applySchedules(
    Array.from({ length: 601 }, (_, i) => ({ id: `s${i}`, task: idle, trigger: interval({ hours: 1 }) })),
    { group: "g" },
  );
  const limits: (number | undefined)[] = [];
  for (const name of ["getJobs", "getSchedules"] as const) {
    const inner = store[name].bind(store) as (filter: { limit?: number }) => Promise<never>;
    store[name] = (filter: { limit?: number }) => {
      limits.push(filter.limit);
      return inner(filter);
    };
  }
  const found = await Array.fromAsync(scheduler.allJobs({ order: "oldest" }), ({ id }) => id);
  assert.deepEqual(found, added.map(({ id }) => id));
  assert.equal((await Array.fromAsync(scheduler.allSchedules({ group: "g" }))).length, 601);
  assert.ok(limits.every((limit) => limit !== undefined && limit <= 1001));
  assert.equal((await scheduler.getJobs()).items.length, 100);
  assert.equal((await scheduler.getSchedules({ limit: 1000 })).items.length, 601);
});

test("getJobs() and getSchedules() refuse limits and cursors that are none", async () => {
  const { scheduler } = await twoStores();
  await using _ = scheduler;
  const refused = (error: unknown) => isCarillonError(error, "invalidOption");
  for (const limit of [0, -1, 1.5, 1001, NaN, Infinity]) {
    await assert.rejects(scheduler.getJobs({ limit }), refused, String(limit));
    await assert.rejects(scheduler.getSchedules({ limit }), refused, String(limit));
  }
  const { next } = await scheduler.getJobs({ limit: 1 });
  for (const cursor of ["", "x", "WzFd", "bnVsbA", `${next}x`, null, 7] as string[]) {
    await assert.rejects(scheduler.getJobs({ cursor }), refused, String(cursor));
  }
  await assert.rejects(scheduler.getJobs({ order: "oldest", cursor: next! }), refused);
  await assert.rejects(scheduler.getSchedules({ cursor: next! }), refused);
});
