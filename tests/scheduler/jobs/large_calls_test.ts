import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "../fixtures.ts";

const idle = task({ name: "idle", run() {} });

/** Many steps of a bulk call. */
const MANY = 10_000;

/** A memory store that counts the calls of its methods. */
function counted() {
  const store = memory();
  const calls = new Map<string, number>();
  for (
    const name of ["nowMs", "addJobs", "getJobs", "removeJobs", "getSchedules", "writeSchedules"] as const
  ) {
    const inner = store[name].bind(store) as (...args: unknown[]) => never;
    store[name] = (...args: unknown[]) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return inner(...args);
    };
  }
  return { store, calls };
}

test("addJobs() with a delay asks the clock once, and bulk calls count and remove all of them in steps", async () => {
  const { store, calls } = counted();
  const { scheduler } = setUp({ tasks: [idle], stores: { main: store } });
  await using _ = scheduler;
  await scheduler.open();
  calls.clear();
  await scheduler.addJobs(idle, Array.from({ length: MANY }), { delay: { hours: 1 } });
  assert.deepEqual([calls.get("nowMs"), calls.get("addJobs")], [1, 1]);
  const preview = await scheduler.removeJobs({ taskName: "idle" }, { preview: true });
  assert.deepEqual([preview.count, preview.byTask, preview.ids.length], [MANY, { idle: MANY }, MANY]);
  let turns = 0;
  // real time: what is counted is whether the event loop had turns at all
  const timer = setInterval(() => turns++, 0);
  assert.equal((await scheduler.removeJobs({ taskName: "idle" })).count, MANY);
  clearInterval(timer);
  assert.ok(turns > 0, "other work had a turn");
  assert.equal(calls.get("removeJobs"), MANY / 500);
  assert.deepEqual((await scheduler.getJobs()).items, []);
});

test("A cancelled job cancels all jobs after it and after those, however many", async () => {
  const { scheduler } = setUp({ tasks: [idle] });
  await using _ = scheduler;
  const parent = await scheduler.addJob(idle, undefined, { delay: { hours: 1 } });
  const child = await scheduler.addJob(idle, undefined, { after: [parent] });
  await scheduler.addJobs(idle, Array.from({ length: MANY }), { after: [child] });
  await scheduler.cancelJob(parent.id);
  const { finished } = await scheduler.countJobs();
  assert.equal(finished, MANY + 2);
});

test("applySchedules() reads a list in steps, writes it once, and refuses an id that is there twice", async () => {
  const { store, calls } = counted();
  const { scheduler } = setUp({ tasks: [idle], stores: { main: store } });
  await using _ = scheduler;
  const list = Array.from({ length: 1500 }, (_, i) => ({
    id: `s${i}`,
    task: idle,
    trigger: interval({ hours: 1 }),
  }));
  await scheduler.applySchedules(list, { group: "g" });
  calls.clear();
  const { written, removed } = await scheduler.applySchedules(list.slice(600), { group: "g" });
  assert.deepEqual([written.length, removed.length], [900, 600]);
  assert.deepEqual([calls.get("getSchedules"), calls.get("writeSchedules")], [2 + 4, 1]);
  await assert.rejects(
    scheduler.applySchedules([list[0]!, list[0]!], { group: "g" }),
    /'s0' is in the list twice/,
  );
});
