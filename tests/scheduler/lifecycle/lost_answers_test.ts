import assert from "node:assert/strict";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { faulty, settle, setUp } from "../fixtures.ts";

test("claims whose result was lost are handed back and run", async () => {
  let ran = 0;
  const note = task({ name: "note", maxRunningJobs: null, run: () => void ran++ });
  const real = memory();
  const { store, control } = faulty(real);
  const { scheduler, clock, types } = setUp({ store, tasks: [note] });
  const client = setUp({ store: real, clock, role: "client", tasks: [note] });
  await using _ = scheduler;
  await using _client = client.scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  control.lose = "claimJobs";
  const handles = await client.scheduler.addJobs(note, [undefined, undefined, undefined]);
  await settle(clock);
  assert.equal((await handles[0]!.status()).state, "running");
  // One beat later, not two: the claim that brought them has failed, so nothing of it is on its way.
  await clock.advance({ seconds: 11 });
  assert.equal(ran, 3);
  assert.deepEqual(types("jobHandedBack").length, 3);
  assert.deepEqual((await scheduler.getJobs()).items.map((job) => [job.outcome, job.attempt]), [
    ["success", 1],
    ["success", 1],
    ["success", 1],
  ]);
});

test("jobs that were taken as they were added, with a result that was lost, are handed back and run", async () => {
  let ran = 0;
  const note = task({ name: "note", maxRunningJobs: null, run: () => void ran++ });
  const { store, control } = faulty(memory());
  const { scheduler, clock, types } = setUp({ store, tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  control.lose = "addJobs";
  await assert.rejects(scheduler.addJobs(note, [undefined, undefined]), /the answer was lost/);
  await settle(clock);
  assert.deepEqual((await scheduler.getJobs()).items.map(({ state }) => state), ["running", "running"]);
  await clock.advance({ seconds: 11 });
  assert.equal(ran, 2);
  assert.equal(types("jobHandedBack").length, 2);
});

test("claims whose result is late are not handed back", async () => {
  let ran = 0;
  const note = task({ name: "note", run: () => void ran++ });
  const real = memory();
  const { store, control } = faulty(real);
  const { scheduler, clock, types } = setUp({ store, tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(note, undefined, { delay: { seconds: 1 } });
  await settle(clock);
  control.fault = (method, args) => {
    if (method !== "claimJobs") return undefined;
    control.fault = undefined;
    const answer = real.claimJobs(...args as Parameters<typeof real.claimJobs>);
    return sleep(clock, 45_000).then(() => answer);
  };
  await clock.advance({ minutes: 2 });
  assert.equal(ran, 1);
  assert.deepEqual(types("jobHandedBack"), []);
});

test("claims whose result comes after the lease was lost are not run here", async () => {
  const ran: string[] = [];
  const note = task({ name: "note", run: () => void ran.push(currentScheduler().name) });
  const real = memory();
  const { store, control } = faulty(real);
  const one = setUp({ store, name: "one", tasks: [note] });
  const { clock } = one;
  const two = setUp({ store: real, name: "two", clock, tasks: [note] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await settle(clock);
  control.fault = (method, args) => {
    if (method !== "claimJobs") return method === "heartbeat" ? Promise.reject(new Error("slow")) : undefined;
    const answer = real.claimJobs(...args as Parameters<typeof real.claimJobs>);
    return sleep(clock, 80_000).then(() => answer);
  };
  await two.scheduler.addJob(note);
  await settle(clock);
  await two.scheduler.startInBackground();
  await clock.advance({ seconds: 75 });
  control.fault = undefined;
  await clock.advance({ minutes: 2 });
  assert.deepEqual(ran, ["two"]);
});
