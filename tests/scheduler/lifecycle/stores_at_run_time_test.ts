import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, gate, refusal, settle, setUp } from "../fixtures.ts";

const quick = task({ name: "quick", maxRunningJobs: null, run: () => "ran" });

test("removeStore() lets what runs finish, and addStore() finds everything again", async () => {
  const end = gate<string>();
  const slow = task({ name: "slow", run: () => end.opened });
  const fast = memory();
  const { scheduler, clock } = setUp({ tasks: [slow, quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addStore("fast", fast);
  const running = await scheduler.addJob(slow, undefined, { store: "fast" });
  const later = await scheduler.addJob(quick, undefined, { store: "fast", delay: { seconds: 5 } });
  await settle(clock);
  const removing = scheduler.removeStore("fast");
  await settle(clock);
  end.open("done");
  await removing;
  assert.equal(await running.result(), "done");
  await assert.rejects(scheduler.addJob(quick, undefined, { store: "fast" }), refusal("unknownStore"));
  await clock.advance({ minutes: 1 });
  await scheduler.addStore("fast", fast);
  await settle(clock);
  assert.equal((await scheduler.getJob(later.id)).outcome, "success");
});

test("addStore() of a scheduler that is stopped meanwhile leaves nothing running", async () => {
  const real = memory();
  const { store, control, calls } = faulty(real);
  const { scheduler, clock } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const opening = gate<void>();
  control.fault = (method) => method === "open" ? opening.opened.then(() => real.open({ clock })) : undefined;
  const adding = scheduler.addStore("late", store);
  await settle(clock);
  const stopping = scheduler.stop();
  await settle(clock);
  opening.open();
  await Promise.all([adding, stopping]);
  control.fault = undefined;
  calls.length = 0;
  await clock.advance({ minutes: 5 });
  assert.deepEqual(calls, []);
});

test("addStore() of a scheduler that is starting is heeded when it has started", async () => {
  const { scheduler, clock } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  const starting = scheduler.startInBackground();
  await Promise.all([starting, scheduler.addStore("late", memory())]);
  const job = await scheduler.addJob(quick, undefined, { store: "late" });
  await settle(clock);
  assert.equal(await job.result(), "ran");
});
