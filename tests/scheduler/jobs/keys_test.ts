import assert from "node:assert/strict";
import { z } from "zod";
import { task, taskRef } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import type { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo, START_MS } from "../fixtures.ts";

/** A task that takes ten seconds for a tenant and notes when each of its jobs begins. */
function tenantTask(clock: () => VirtualClock, options: { max?: number; fifo?: boolean } = {}) {
  const starts: [string, number][] = [];
  const sync = task({
    name: "sync",
    input: z.object({ tenant: z.string().toLowerCase(), fails: z.boolean().optional() }),
    maxRunningJobs: null,
    retry: { maxAttempts: 2, backoff: "fixed", base: { seconds: 5 }, jitter: 0 },
    concurrency: { key: ({ tenant }) => tenant, ...options },
    async run({ fails }, { job }) {
      starts.push([job.id, (clock().nowMs() - START_MS) / 1000]);
      await sleep(clock(), 10_000);
      if (fails && job.attempt === 1) throw new Error("again");
    },
  });
  return { sync, starts };
}

test("concurrency limits the jobs of each key, which is read from the checked input", async () => {
  const { sync, starts } = tenantTask(() => clock);
  const { scheduler, clock } = setUp({ tasks: [sync] });
  await using _ = scheduler;
  await scheduler.addJob(sync, { tenant: "ada" }, { id: "a1" });
  await scheduler.addJob(sync, { tenant: "ADA" }, { id: "a2" });
  await scheduler.addJob(sync, { tenant: "bob" }, { id: "b1" });
  await scheduler.startInBackground();
  await settle(clock);
  assert.equal((await scheduler.getJob("a2")).state, "blocked");
  assert.equal((await scheduler.getJob("a2")).concurrencyKey, "ada");
  await clock.advance({ seconds: 30 });
  assert.deepEqual(starts, [["a1", 0], ["b1", 0], ["a2", 10]]);
});

test("a limit of keys holds over all schedulers, and can be set at run time", async () => {
  const { sync, starts } = tenantTask(() => clock);
  const { one, two, clock } = setUpTwo({ tasks: [sync] }, { tasks: [sync] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  await one.scheduler.configureTask(sync, { concurrency: { max: 2 }, maxRunningJobs: null });
  await one.scheduler.addJobs(sync, Array.from({ length: 5 }, () => ({ tenant: "ada" })));
  await clock.advance({ minutes: 2 });
  assert.deepEqual(starts.map(([, at]) => at), [0, 0, 10, 10, 20]);
});

test("a fifo key keeps its order through another attempt", async () => {
  const { sync, starts } = tenantTask(() => clock, { fifo: true });
  const { scheduler, clock } = setUp({ tasks: [sync] });
  await using _ = scheduler;
  await scheduler.addJob(sync, { tenant: "ada", fails: true }, { id: "first" });
  await scheduler.addJob(sync, { tenant: "ada" }, { id: "second", priority: 9 });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  assert.deepEqual(starts, [["first", 0], ["first", 15], ["second", 25]]);
});

test("concurrencyKey says the key where the task's code is not at hand", async () => {
  const { sync } = tenantTask(() => clock);
  const { one, two, clock } = setUpTwo({ role: "client" }, { tasks: [sync] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  const reference = taskRef<typeof sync>("sync");
  const given = await one.scheduler.addJob(reference, { tenant: "ada" }, { concurrencyKey: "ada" });
  const none = await one.scheduler.addJob(reference, { tenant: "ada" });
  assert.equal((await given.status()).concurrencyKey, "ada");
  assert.equal((await none.status()).concurrencyKey, undefined);
});

test("the jobs of a schedule have the key of its input, also after a change", async () => {
  const { sync } = tenantTask(() => clock);
  const { scheduler, clock } = setUp({ tasks: [sync] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const every = interval({ minutes: 1 });
  const schedule = await scheduler.addSchedule(sync, every, { id: "s", input: { tenant: "Ada" } });
  await clock.advance({ seconds: 30 });
  await schedule.update({ input: { tenant: "Bob" } });
  await clock.advance({ seconds: 60 });
  const { items: jobs } = await scheduler.getJobs({ order: "oldest" });
  assert.deepEqual(jobs.map((job) => job.concurrencyKey), ["ada", "bob"]);
});

test("a key that is no text, or that throws, refuses the job", async () => {
  const odd = task({ name: "odd", concurrency: { key: () => "" }, run() {} });
  const thrower = task({ name: "thrower", concurrency: { key: () => JSON.parse("{") }, run() {} });
  const { scheduler } = setUp({ tasks: [odd, thrower] });
  await using _ = scheduler;
  await assert.rejects(scheduler.addJob(odd), refusal("invalidOption", /concurrencyKey/));
  await assert.rejects(scheduler.addJob(thrower), refusal("invalidOption", /it threw/));
});

test("concurrency refuses what it cannot be", () => {
  const make = (concurrency: object) =>
    task({ name: "x", concurrency: concurrency as { key: () => string }, run() {} });
  const key = () => "k";
  assert.throws(() => make({}), refusal("invalidOption", /concurrency\.key/));
  assert.throws(() => make({ key, max: 0 }), refusal("invalidOption", /concurrency\.max/));
  assert.throws(() => make({ key, max: 2, fifo: true }), refusal("invalidOption", /must be 1 with 'fifo'/));
  assert.throws(() => make({ key, limit: 2 }), refusal("invalidOption", /'limit'/));
});
