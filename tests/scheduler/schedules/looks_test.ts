import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

test("the store is asked for due schedules once for each fire", async () => {
  const { store, calls } = faulty(memory());
  const tick = task({ name: "tick", run() {} });
  const { scheduler, clock, types } = setUp({ store, tasks: [tick] });
  await using _ = scheduler;
  await scheduler.addSchedule(tick, interval({ minutes: 5 }), { id: "tick" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  calls.length = 0;
  await clock.advance({ hours: 1 });
  assert.equal(types("jobFinished").length, 13);
  assert.equal(calls.filter((method) => method === "dueSchedules").length, 12);
  assert.equal(calls.filter((method) => method === "getCalendars").length, 0);
});

test("a fire costs four calls of the store, none of them in vain", async () => {
  const { store, calls } = faulty(memory());
  const tick = task({ name: "tick", run() {} });
  const { scheduler, clock } = setUp({ store, tasks: [tick] });
  await using _ = scheduler;
  await scheduler.addSchedule(tick, interval({ minutes: 5 }), { id: "tick" });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  calls.length = 0;
  await clock.advance({ minutes: 5 });
  const others = ["heartbeat", "getTasks", "prune", "pruneChanges", "getOrphanedIncarnations"];
  const ofFire = calls.filter((method) => !others.includes(method));
  assert.deepEqual(ofFire, ["dueSchedules", "advanceSchedules", "claimJobs", "endJobs"]);
});

test("the end of a run wakes a claim where a job was left for want of its slot", async () => {
  const { store, calls } = faulty(memory());
  const { opened, open } = gate();
  const slow = task({ name: "slow", run: () => opened });
  const { scheduler, clock } = setUp({ store, tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJobs(slow, [undefined, undefined]);
  await settle(clock);
  assert.equal((await scheduler.countJobs()).running, 1);
  calls.length = 0;
  open();
  await settle(clock);
  assert.ok(calls.includes("claimJobs"));
  assert.equal((await scheduler.countJobs()).finished, 2);
});

test("a schedule that comes to count from its runs while one runs is planned at the end of that one", async () => {
  const { opened, open } = gate();
  let runs = 0;
  const slow = task({ name: "slow", run: () => ++runs === 2 ? opened : undefined });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  const schedule = await scheduler.addSchedule(slow, interval({ hours: 1 }), { id: "slow" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 61 });
  await schedule.update({ trigger: fixedDelay({ hours: 2 }) });
  await clock.advance({ minutes: 4 });
  open();
  await settle(clock);
  assert.equal(String((await schedule.get()).nextFireTime), "2026-01-01T03:05:00Z");
});
