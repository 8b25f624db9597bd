import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { Temporal } from "../../../src/time/temporal.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

const input = z.object({ tenant: z.string() });

/** A task that notes when it starts. */
function sender(rateLimit: NonNullable<Parameters<typeof task>[0]>["rateLimit"], nowMs: () => number) {
  const starts: number[] = [];
  const send = task({
    name: "mail.send",
    maxRunningJobs: null,
    rateLimit: rateLimit!,
    run: () => void starts.push(nowMs()),
  });
  return { send, starts };
}

test("a rate of several schedulers together is kept to the millisecond, and used up", async () => {
  const set = { now: () => 0 };
  const { send, starts } = sender({ limit: 3, per: { seconds: 10 } }, () => set.now());
  const { clock, one, two } = setUpTwo({ tasks: [send] }, { tasks: [send] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  set.now = () => clock.nowMs();
  const begunMs = clock.nowMs();
  for (let i = 0; i < 8; i++) await one.scheduler.addJob(send);
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  await clock.advance({ seconds: 60 });
  assert.deepEqual(starts.map((ms) => ms - begunMs), [0, 0, 0, 10_000, 10_000, 10_000, 20_000, 20_000]);
});

test("a rate by key holds each key by itself; explain() says when the next start is possible", async () => {
  const ran: string[] = [];
  const send = task({
    name: "mail.send",
    input,
    maxRunningJobs: null,
    rateLimit: { limit: 1, per: { minutes: 1 }, key: ({ tenant }) => tenant },
    run: ({ tenant }) => void ran.push(tenant),
  });
  const { scheduler, clock } = setUp({ tasks: [send] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(send, { tenant: "ada" });
  await scheduler.addJob(send, { tenant: "bob" });
  await settle(clock);
  const next = clock.nowMs() + 60_000;
  const waiting = await scheduler.addJob(send, { tenant: "ada" });
  await settle(clock);
  assert.equal((await waiting.status()).rateKey, "ada");
  assert.deepEqual(ran, ["ada", "bob"]);
  const { sentence, causes } = await scheduler.explain(waiting.id);
  assert.deepEqual(causes.map(({ cause }) => cause), ["rateReached"]);
  const at = Temporal.Instant.fromEpochMilliseconds(next).toString();
  assert.ok(
    sentence.endsWith(
      `rate limit 1 per PT1M of mail.send, key 'ada', reached; the next start is possible at ${at}`,
    ),
    sentence,
  );
  await clock.advance({ seconds: 61 });
  assert.deepEqual(ran, ["ada", "bob", "ada"]);
});

test("a schedule's jobs count by the key of its input, or by the one it names", async () => {
  const send = task({
    name: "mail.send",
    input,
    rateLimit: { limit: 1, per: { minutes: 1 }, key: ({ tenant }) => tenant },
    run() {},
  });
  const { scheduler } = setUp({ tasks: [send] });
  await using _ = scheduler;
  const every = interval({ hours: 1 });
  await scheduler.addSchedule(send, every, { id: "told", input: { tenant: "ada" } });
  await scheduler.addSchedule(send, every, { id: "named", input: { tenant: "ada" }, rateKey: "bulk" });
  const keys = [];
  for (const id of ["told", "named"]) {
    keys.push((await (await scheduler.runScheduleNow(id)).status()).rateKey);
  }
  assert.deepEqual(keys, ["ada", "bulk"]);
});

test("configureTask() sets, changes and lifts a rate for jobs that wait already", async () => {
  const ran: number[] = [];
  const send = task({ name: "mail.send", maxRunningJobs: null, run: () => void ran.push(1) });
  const { scheduler, clock } = setUp({ tasks: [send] });
  await using _ = scheduler;
  await scheduler.addJob(send, undefined);
  await scheduler.runUntilIdle();
  await scheduler.configureTask(send, { rateLimit: { limit: 2, per: "PT1H" } });
  for (let i = 0; i < 5; i++) await scheduler.addJob(send);
  await scheduler.startInBackground();
  await settle(clock);
  assert.equal(ran.length, 3);
  await scheduler.configureTask(send, { rateLimit: null });
  await clock.advance({ seconds: 5 });
  assert.equal(ran.length, 6);
});

test("a rate is checked when the task is made or configured", async () => {
  const make = (rateLimit: object) => () => task({ name: "wrong", rateLimit: rateLimit as never, run() {} });
  assert.throws(make({ per: "PT1S" }), refusal("invalidOption", /'rateLimit.limit' of task 'wrong'/));
  assert.throws(make({ limit: 0, per: "PT1S" }), refusal("invalidOption", /at least 1/));
  assert.throws(make({ limit: 1 }), refusal("invalidOption", /rateLimit.per/));
  assert.throws(make({ limit: 1, per: "PT0S" }), refusal("invalidOption", /longer than zero/));
  assert.throws(make({ limit: 1, per: "PT1S", key: "tenant" }), refusal("invalidOption", /a function/));
  assert.throws(make({ limit: 1, per: "PT1S", burst: 2 }), refusal("invalidOption", /burst/));
  const fine = task({ name: "fine", run() {} });
  const { scheduler } = setUp({ tasks: [fine] });
  await using _ = scheduler;
  const keyed = { limit: 1, per: "PT1S", key: () => "k" };
  await assert.rejects(
    scheduler.configureTask(fine, { rateLimit: keyed as never }),
    refusal("invalidOption", /key/),
  );
});
