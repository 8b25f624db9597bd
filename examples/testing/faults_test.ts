import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, task } from "carillon";
import { faultyStore, testScheduler } from "carillon/testing";
import { z } from "zod";

const paid = new Map<string, number>();
const pay = task({
  name: "pay",
  input: z.number(),
  run(amount, { job }) {
    // The job's id is the same at every run: a job that has paid does not pay again.
    if (!paid.has(job.id)) paid.set(job.id, amount);
  },
});

test("a payment is made once, though its worker dies before it can report it", async () => {
  paid.clear();
  const store = faultyStore(memory(), { plan: [{ fault: "crashBeforeCommit", task: "pay" }] });
  await using t = await testScheduler({ tasks: [pay], store, lease: { seconds: 30 } });
  await t.scheduler.addJob(pay, 100);
  await t.drain();
  t.assertRan(pay, { times: 2 });
  assert.deepEqual([...paid.values()], [100]);
});

test("nothing is lost when calls of the store fail", async () => {
  paid.clear();
  const store = faultyStore(memory(), { seed: 7, percent: 20 });
  await using t = await testScheduler({ tasks: [pay], store, lease: { seconds: 30 } });
  const add = (i: number): Promise<unknown> =>
    t.scheduler.addJob(pay, i, { id: `payment-${i}` }).catch(() => add(i));
  for (let i = 0; i < 20; i++) await add(i);
  store.heal();
  await t.drain();
  assert.equal(paid.size, 20, `${store.faults.length} faults`);
});
