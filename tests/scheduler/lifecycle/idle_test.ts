import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { SchedulerOptions } from "../../../src/scheduler/scheduler_options.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

/** A scheduler on a store that counts its calls. */
function counted(options: SchedulerOptions) {
  const { store, calls } = faulty(memory());
  const all = setUp({ store, ...options });
  const rest = async (minutes: number) => {
    await settle(all.clock);
    calls.length = 0;
    await all.clock.advance({ minutes });
    return { claims: countOf("claimJobs"), due: countOf("dueSchedules"), all: calls.length };
  };
  const countOf = (method: string) => calls.filter((call) => call === method).length;
  return { ...all, rest };
}

const quick = task({ name: "quick", run: () => "ran" });

test("an idle scheduler only beats and cleans up", async () => {
  const { scheduler, rest, clock } = counted({ tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { claims, due, all } = await rest(60);
  assert.deepEqual([claims, due], [0, 0]);
  assert.ok(all <= 60 * (6 * 2 + 3) + 10, `${all} calls in an hour`);
  assert.ok(clock.pendingTimers <= 4);
});

test("a paused schedule, a paused task, parked and far-off jobs wake no scheduler", async () => {
  const other = task({ name: "other", run() {} });
  const { scheduler, rest } = counted({ tasks: [quick, other] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addSchedule(quick, interval({ seconds: 1 }), { id: "paused", paused: true });
  await scheduler.pauseTask(other);
  await scheduler.addJob(other);
  await scheduler.addJob(quick, undefined, { delay: { hours: 5 } });
  const { claims, due } = await rest(60);
  assert.deepEqual([claims, due], [0, 0]);
});

test("jobs that wait for a saturated task wake no scheduler until a slot is free", async () => {
  const end = gate();
  const slow = task({ name: "slow", run: () => end.opened });
  const { scheduler, rest, clock } = counted({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJobs(slow, [undefined, undefined, undefined]);
  const { claims } = await rest(60);
  assert.equal(claims, 0);
  end.open();
  await settle(clock);
  assert.equal((await scheduler.countJobs()).finished, 3);
});

test("a scheduler that runs as many jobs as it may asks for no more until one ends", async () => {
  const end = gate();
  const slow = task({ name: "slow", maxRunningJobs: null, run: () => end.opened });
  const { scheduler, rest, clock } = counted({ tasks: [slow], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJobs(slow, [undefined, undefined, undefined]);
  assert.ok((await rest(60)).claims <= 1);
  end.open();
  await settle(clock);
  assert.equal((await scheduler.countJobs()).finished, 3);
});

test("a paused scheduler with work due asks for nothing", async () => {
  const { scheduler, rest } = counted({ tasks: [quick] });
  await using _ = scheduler;
  await scheduler.addJob(quick);
  await scheduler.addSchedule(quick, interval({ seconds: 1 }), { id: "s" });
  await scheduler.startInBackground({ paused: true });
  const { claims, due } = await rest(60);
  assert.deepEqual([claims, due], [0, 0]);
});

test("a job or a schedule that is far off is met on time by one round, not by asking", async () => {
  const at: number[] = [];
  const note = task({ name: "note", run: () => void at.push(clock.nowMs()) });
  const { scheduler, rest, clock } = counted({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(note, undefined, { delay: { minutes: 45 } });
  const begin = clock.nowMs();
  const { claims } = await rest(60);
  assert.deepEqual(at, [begin + 45 * 60_000]);
  assert.ok(claims <= 2, `${claims} claims`);
});

test("an idle worker beside another scheduler is woken by its writes, not by asking", async () => {
  const store = memory();
  const one = setUp({ store, tasks: [quick] });
  const two = counted({ tasks: [quick], clock: one.clock });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  assert.equal((await two.rest(10)).claims, 0);
});

test("a run costs few rounds", async () => {
  const { store, calls } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.runJob(quick);
  await settle(clock);
  calls.length = 0;
  const running = scheduler.runJob(quick);
  await settle(clock);
  await running;
  const count = (method: string) => calls.filter((call) => call === method).length;
  assert.equal(count("dueSchedules"), 0, "no schedule is looked at for a job added directly");
  assert.ok(count("claimJobs") <= 3, calls.join(" "));
});
