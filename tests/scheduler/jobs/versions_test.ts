import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

/** The first version of a task, which takes an address, and its third one, which takes several. */
function mails() {
  const ran: unknown[] = [];
  const asked: number[] = [];
  const first = task({
    name: "mail",
    input: z.object({ to: z.string() }),
    run: (input) => void ran.push(["v1", input]),
  });
  const third = task({
    name: "mail",
    version: 3,
    input: z.object({ recipients: z.array(z.string()) }),
    migrate(oldInput, fromVersion) {
      asked.push(fromVersion);
      return { recipients: [(oldInput as { to: string }).to] };
    },
    run: (input) => void ran.push(["v3", input]),
  });
  return { first, third, ran, asked };
}

test("a job added by older code runs with its input migrated, one added by this code as it is", async () => {
  const { first, third, ran, asked } = mails();
  const { clock, one, two } = setUpTwo({ tasks: [first] }, { tasks: [third] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.addJob(first, { to: "ada" });
  await two.scheduler.startInBackground();
  await two.scheduler.addJob(third, { recipients: ["bob"] });
  await settle(clock);
  assert.deepEqual(ran, [["v3", { recipients: ["ada"] }], ["v3", { recipients: ["bob"] }]]);
  assert.deepEqual(asked, [1]);
});

test("fires of a schedule added by older code are migrated until its input is changed", async () => {
  const { first, third, ran } = mails();
  const { clock, one, two } = setUpTwo({ tasks: [first] }, { tasks: [third] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  const every = interval({ minutes: 1 }, { first: "afterPeriod" });
  await one.scheduler.addSchedule(first, every, { id: "daily", input: { to: "ada" } });
  await two.scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  await two.scheduler.runScheduleNow("daily");
  await settle(clock);
  await two.scheduler.updateSchedule("daily", { input: { recipients: ["bob"] } });
  await clock.advance({ minutes: 1 });
  assert.deepEqual(ran, [
    ["v3", { recipients: ["ada"] }],
    ["v3", { recipients: ["ada"] }],
    ["v3", { recipients: ["bob"] }],
  ]);
});

test("an input that is changed by newer code is not migrated again", async () => {
  const { first, third, ran, asked } = mails();
  const { clock, one, two } = setUpTwo({ tasks: [first] }, { tasks: [third] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  const { id } = await one.scheduler.addJob(first, { to: "ada" }, { delay: { minutes: 1 } });
  await two.scheduler.startInBackground();
  await two.scheduler.updateJob(id, { input: { recipients: ["bob"] } });
  await clock.advance({ minutes: 1 });
  assert.deepEqual([ran, asked], [[["v3", { recipients: ["bob"] }]], []]);
});

test("a migration that fails, or is missing, parks the job with the reason, and tells who waits", async () => {
  const { first } = mails();
  const store = memory();
  const { scheduler: before, clock } = setUp({ store, tasks: [first] });
  await using _before = before;
  const waiting = await before.addJob(first, { to: "ada" });
  const result = assert.rejects(waiting.result(), refusal("jobParked", /from version 1 to 2 failed: cannot/));
  const input = z.object({ recipients: z.array(z.string()) });
  const broken = task({
    name: "mail",
    version: 2,
    input,
    migrate() {
      throw new Error("cannot");
    },
    run() {},
  });
  const { scheduler } = setUp({ store, clock, tasks: [broken] });
  await scheduler.startInBackground();
  await settle(clock);
  await result;
  await scheduler.stop();
  const { scheduler: without } = setUp({
    store,
    clock,
    tasks: [task({ name: "mail", version: 2, input, run() {} })],
  });
  await using _without = without;
  await without.startInBackground();
  await settle(clock);
  assert.match(
    (await waiting.status()).parkedReason ?? "",
    /no longer fits.*give the task a 'migrate' from version 1/,
  );
});

test("a job of newer code is not taken by older code, and waits parked until newer code comes", async () => {
  const { first, third, ran } = mails();
  const { clock, one, two } = setUpTwo({ tasks: [first], name: "old" }, { tasks: [third] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  const job = await two.scheduler.addJob(third, { recipients: ["bob"] });
  await one.scheduler.startInBackground();
  await settle(clock);
  const { state, parkedReason, attempt } = await job.status();
  assert.deepEqual([state, attempt], ["parked", 0]);
  assert.match(parkedReason ?? "", /no live scheduler knows task 'mail' in version 3; it runs when/);
  const { sentence, causes } = await one.scheduler.explain(job.id);
  assert.equal(causes[0]?.cause, "versionMissing");
  assert.match(sentence, /no live scheduler that knows the task \('old'\) has version 3 of it/);
  await two.scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(ran, [["v3", { recipients: ["bob"] }]]);
});

test("a job of newer code waits for the newer scheduler while that is paused and an older one is idle", async () => {
  const { first, third, ran } = mails();
  const { clock, one, two } = setUpTwo({ tasks: [first] }, { tasks: [third] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await two.scheduler.startInBackground();
  await two.scheduler.pause();
  await one.scheduler.startInBackground();
  const job = await two.scheduler.addJob(third, { recipients: ["bob"] });
  await clock.advance({ seconds: 1 });
  assert.equal((await job.status()).state, "ready");
  await two.scheduler.resume();
  await settle(clock);
  assert.deepEqual(ran, [["v3", { recipients: ["bob"] }]]);
});

test("migrate must be a function", () => {
  const wrong = { name: "wrong", run() {}, migrate: 1 };
  assert.throws(() => task(wrong as never), /'migrate' of task 'wrong' must be a function/);
});
