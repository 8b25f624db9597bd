import assert from "node:assert/strict";
import { task } from "../../src/registry/task.ts";
import { memory } from "../../src/stores/memory.ts";
import { type Fault, faultyStore, type FaultyStoreOptions } from "../../src/testing/faulty_store.ts";
import { testScheduler } from "../../src/testing/test_scheduler.ts";
import { interval } from "../../src/triggers/interval.ts";
import { test } from "../harness.ts";

const pay = task({ name: "pay", run: () => "paid" });
const other = task({ name: "other", run() {} });

/** Runs a job of `pay` on a store with one fault. */
async function withFault(fault: Fault) {
  const store = faultyStore(memory(), { plan: [{ fault, task: "pay" }] });
  await using t = await testScheduler({ tasks: [pay, other], store });
  await t.scheduler.addJob(other);
  // Over before the fault: a scheduler that dies takes along whatever it has not written yet.
  await t.drain();
  const job = await t.scheduler.addJob(pay).catch(() => undefined);
  await t.drain();
  t.assertRan(other, { times: 1 });
  return { states: t.ran(pay).map((run) => run.state), result: await job?.result(), faults: store.faults };
}

test("crashBeforeCommit makes a job run again after it ran", async () => {
  const { states, result, faults } = await withFault("crashBeforeCommit");
  assert.deepEqual(states, ["running", "success"]);
  assert.equal(result, "paid");
  assert.deepEqual(faults, [{ fault: "crashBeforeCommit", on: "endJobs" }]);
});

test("crashAfterClaim loses a claim, and the job runs once all the same", async () => {
  const { states, faults } = await withFault("crashAfterClaim");
  assert.deepEqual(states, ["success"]);
  assert.equal(faults.length, 1);
});

test("store errors before and after the commit, and calls delivered twice, harm no job", async () => {
  for (const on of ["endJobs", "claimJobs"] as const) {
    for (const fault of ["errorBefore", "errorAfter", "deliverTwice"] as const) {
      const store = faultyStore(memory(), { plan: [{ fault, on, task: "pay", times: 2 }] });
      await using t = await testScheduler({ tasks: [pay], store });
      const job = await t.scheduler.addJob(pay);
      await t.drain();
      assert.equal(await job.result(), "paid", `${fault} on ${on}`);
      assert.ok(store.faults.length >= 1, `${fault} on ${on}`);
    }
  }
});

test("an error of the store reaches whoever adds a job", async () => {
  const store = faultyStore(memory(), { plan: [{ fault: "errorBefore", on: "addJobs", after: 1 }] });
  await using t = await testScheduler({ tasks: [pay], store });
  await t.scheduler.addJob(pay);
  await assert.rejects(t.scheduler.addJob(pay), /The test made addJobs of the store fail/);
  await t.scheduler.addJob(pay);
  await t.drain();
  t.assertRan(pay, { times: 2 });
});

test("with a seed the same faults come again, and every fire is run all the same", async () => {
  const tick = task({
    name: "tick",
    maxLostLeases: 100,
    schedules: [{ trigger: interval({ minutes: 10 }), coalesce: "all", overlap: "allow" }],
    run() {},
  });
  const life = async (seed: number) => {
    const store = faultyStore(memory(), { seed, percent: 10 });
    await using t = await testScheduler({ tasks: [tick], store, lease: { minutes: 5 } });
    await t.clock.advance({ hours: 12 });
    store.heal();
    await t.clock.advance({ hours: 1, minutes: 5 });
    const fires = 13 * 6 + 1;
    await t.scheduler.pauseSchedule("tick");
    await t.drain();
    const { items: jobs } = await t.scheduler.getJobs({ scheduleId: "tick" });
    assert.equal(jobs.filter((job) => job.outcome === "success").length, fires);
    const { counters } = await (await t.scheduler.getSchedule("tick")).get();
    assert.equal(counters.runs, fires);
    return store.faults;
  };
  const faults = await life(7);
  assert.ok(faults.length > 10);
  assert.deepEqual(await life(7), faults);
});

test("faultyStore() refuses a plan of which nothing would ever happen", () => {
  const refused = (options: object, message: RegExp) =>
    assert.throws(() => faultyStore(memory(), options as FaultyStoreOptions), {
      code: "invalidOption",
      message,
    });
  refused({ plan: [{ fault: "crashBeforCommit" }] }, /did you mean 'crashBeforeCommit'/i);
  refused({ plan: [{ fault: "errorBefore", on: "addJob" }] }, /addJobs/);
  refused({ plan: [{ fault: "errorBefore", tasks: "pay" }] }, /tasks/);
  refused({ seed: 1, precent: 20 }, /percent/);
  refused({ seed: 1, percent: 200 }, /percent/);
});

test("a scheduler under test starts though its store fails at first", async () => {
  const store = faultyStore(memory(), {
    plan: [{ fault: "errorBefore", on: "registerScheduler", times: 2 }],
  });
  await using t = await testScheduler({ tasks: [pay], store });
  await t.scheduler.addJob(pay);
  await t.drain();
  t.assertRan(pay, { times: 1 });
  assert.equal(store.faults.length, 2);
});
