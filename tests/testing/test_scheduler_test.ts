import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { task } from "../../src/registry/task.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import { testScheduler } from "../../src/testing/test_scheduler.ts";
import { test } from "../harness.ts";

const START_MS = Date.UTC(2026, 0, 1);
const secondsOf = (runs: readonly { readonly startedAt: Temporal.Instant }[]) =>
  runs.map((run) => (run.startedAt.epochMilliseconds - START_MS) / 1000);

test("advance() fires a schedule at its local times, over a change of the clock", async () => {
  const report = task({ name: "report", schedules: [{ trigger: cron("0 9 * * *") }], run() {} });
  await using t = await testScheduler({ tasks: [report], start: "2026-03-28T00:00[Europe/Berlin]" });
  await t.clock.advance({ days: 3 });
  t.assertRan(report, { times: 3 });
  assert.deepEqual(
    t.ran(report).map((run) => run.startedAt.toString()),
    ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"],
  );
});

test("advance() waits for handlers, also for those that read files", async () => {
  const lengths: number[] = [];
  const read = task({
    name: "read",
    schedules: [{ trigger: interval({ minutes: 1 }) }],
    async run() {
      for (let i = 0; i < 20; i++) await readFile(new URL(import.meta.url));
      lengths.push(t.clock.nowMs() - START_MS);
    },
  });
  await using t = await testScheduler({ tasks: [read] });
  await t.clock.advance({ minutes: 3 });
  assert.deepEqual(lengths, [0, 60_000, 120_000, 180_000]);
});

test("retries, delays, timeouts and fixed delays come in order, each at its time", async () => {
  const flaky = task({
    name: "flaky",
    retry: { maxAttempts: 3, backoff: "fixed", base: { seconds: 10 }, jitter: 0 },
    run(_input, { job }) {
      if (job.attempt < 3) throw new Error(`attempt ${job.attempt}`);
      return "at last";
    },
  });
  const hangs = task({
    name: "hangs",
    timeout: { seconds: 7 },
    async run(_input, { signal }) {
      await t.clock.sleep({ hours: 1 }, signal);
      signal.throwIfAborted();
    },
  });
  const rests = task({
    name: "rests",
    schedules: [{ trigger: fixedDelay({ seconds: 5 }) }],
    run: () => t.clock.sleep({ seconds: 4 }),
  });
  await using t = await testScheduler({ tasks: [flaky, hangs, rests] });
  await t.scheduler.addJob(flaky, undefined, { delay: { seconds: 1 } });
  await t.scheduler.addJob(hangs);
  await t.clock.advance({ seconds: 30 });
  assert.deepEqual(secondsOf(t.ran(flaky)), [1, 11, 21]);
  assert.deepEqual(t.ran(flaky).map((run) => run.state), ["retry", "retry", "success"]);
  assert.equal(t.ran(flaky).at(-1)?.value, "at last");
  assert.equal(t.ran(flaky)[0]?.error?.message, "attempt 1");
  assert.deepEqual(t.ran(hangs).map((run) => run.state), ["timedOut"]);
  const [first, second] = secondsOf(t.ran(rests));
  assert.equal(second! - first!, 9);
});

test("drain() moves the clock until no job is left, however far that is", async () => {
  const chain = task({
    name: "chain",
    input: z.object({ left: z.number() }),
    async run({ left }) {
      if (left > 0) await t.scheduler.addJob(chain, { left: left - 1 }, { delay: { hours: 5 } });
    },
  });
  await using t = await testScheduler({ tasks: [chain] });
  await t.scheduler.addJob(chain, { left: 4 });
  await t.drain();
  t.assertRan(chain, { times: 5 });
  t.assertAdded(chain, { times: 1, with: { left: 0 } });
  assert.equal(t.clock.nowMs(), START_MS + 20 * 3_600_000);
});

test("drain() reports which jobs are left when they take longer than allowed", async () => {
  const later = task({ name: "later", run() {} });
  await using t = await testScheduler({ tasks: [later] });
  await t.scheduler.addJob(later, undefined, { delay: { days: 3 } });
  await assert.rejects(t.drain({ within: { days: 1 } }), /1 jobs are left unfinished[^]*later.*has not run/);
});

test("advanceToNextFire() and advanceTo() move to where something happens", async () => {
  const report = task({
    name: "report",
    schedules: [{ trigger: cron("0 9 * * mon"), id: "weekly" }, {
      trigger: cron("0 8 1 * *"),
      id: "monthly",
    }],
    run() {},
  });
  await using t = await testScheduler({ tasks: [report] });
  assert.equal(String(await t.clock.advanceToNextFire("weekly")), "2026-01-05T09:00:00Z");
  t.assertRan(report, { times: 2 });
  await t.assertScheduled(report, { id: "weekly", nextFireTime: "2026-01-12T09:00:00Z" });
  await t.clock.advanceTo("2026-02-01T08:00:00Z");
  assert.equal(t.ran(report).at(-1)?.scheduleId, "monthly");
  await assert.rejects(t.clock.advanceTo("2026-01-01T00:00:00Z"), /only moves forward/);
});

test("a failed assertion shows what happened as a table", async () => {
  const mail = task({
    name: "mail",
    input: z.object({ to: z.string() }),
    run({ to }) {
      if (to === "bob") throw new Error("no such\n  mailbox");
    },
  });
  await using t = await testScheduler({ tasks: [mail], start: "2026-03-28T08:00[Europe/Berlin]" });
  await t.scheduler.addJob(mail, { to: "ada" }, { id: "one" });
  await t.scheduler.addJob(mail, { to: "bob" }, { id: "two" });
  await t.drain();
  t.assertRan(mail, { with: { to: "ada" } });
  t.assertRan(mail, { times: 2, with: ({ to }) => to.length === 3 });
  const failed = (error: unknown) => {
    assert.ok(error instanceof assert.AssertionError);
    assert.match(
      error.message,
      /Expected task 'mail' to run at least once with input \{"to":"eve"\}, but it was never/,
    );
    assert.match(
      error.message,
      /2026-03-28 08:00:00 {2}mail {2}job two {2}1 .*\{"to":"bob"\} {2}error: no such mailbox/,
    );
    return true;
  };
  assert.throws(() => t.assertRan(mail, { with: { to: "eve" } }), failed);
  assert.throws(() => t.assertRan("mail", { times: 1 }), /to run once, but it was 2 times/);
  assert.throws(() => t.assertAdded(mail, { times: 0 }), /to be added never, but it was 2 times/);
  await assert.rejects(t.assertScheduled(mail), /to have a schedule/);
});

test("assertions refuse options that would let them hold for too much", async () => {
  const mail = task({ name: "mail", run() {} });
  await using t = await testScheduler({ tasks: [mail] });
  await t.scheduler.addJob(mail);
  await t.drain();
  const misspelt = { time: 2 } as object;
  assert.throws(() => t.assertRan(mail, misspelt), /time.*times/);
  assert.throws(() => t.assertAdded(mail, misspelt), /time.*times/);
  assert.throws(() => t.assertRan(mail, { times: -1 }), { code: "invalidOption" });
  await assert.rejects(t.assertScheduled(mail, { name: "x" } as object), { code: "invalidOption" });
  await assert.rejects(t.drain({ for: 1 } as object), { code: "invalidOption" });
});

test("a job that waits for the test holds the clock up no longer than its patience", async () => {
  const opened = Promise.withResolvers<void>();
  const waits = task({ name: "waits", run: () => opened.promise });
  await using t = await testScheduler({ tasks: [waits], patience: { milliseconds: 20 } });
  await t.scheduler.addJob(waits);
  await t.clock.advance({ minutes: 10 });
  assert.equal(t.ran(waits)[0]?.state, "running");
  opened.resolve();
  await t.clock.advance({ seconds: 0 });
  assert.equal(t.ran(waits)[0]?.state, "success");
});

test("disposing ends jobs that wait on the clock, obedient or not", async () => {
  const states: string[] = [];
  const stubborn = task({ name: "stubborn", run: () => t.clock.sleep({ days: 9 }) });
  const obedient = task({
    name: "obedient",
    async run(_input, { signal }) {
      await t.clock.sleep({ days: 9 }, signal);
      states.push(String(signal.aborted));
    },
  });
  const t = await testScheduler({ tasks: [stubborn, obedient] });
  await t.scheduler.addJob(stubborn);
  await t.scheduler.addJob(obedient);
  await t.clock.advance({ minutes: 1 });
  await t[Symbol.asyncDispose]();
  assert.deepEqual(states, ["true"]);
  assert.equal(t.scheduler.state, "stopped");
});

test("retention removes finished jobs in virtual time", async () => {
  const short = task({ name: "short", retention: { success: { hours: 6 } }, run() {} });
  await using t = await testScheduler({ tasks: [short] });
  await t.scheduler.addJob(short, undefined, { id: "gone" });
  await t.clock.advance({ hours: 5 });
  assert.equal((await t.scheduler.getJob("gone")).state, "finished");
  await t.clock.advance({ hours: 4 });
  await assert.rejects(t.scheduler.getJob("gone"), /There is no job/);
});

test("the kit works on a libSQL store and with runJob()", async () => {
  const add = task({ name: "add", input: z.object({ a: z.number() }), run: ({ a }) => a + 1 });
  await using t = await testScheduler({ tasks: [add], store: libsql(":memory:") });
  assert.equal(await t.scheduler.runJob(add, { a: 1 }), 2);
  const late = t.scheduler.runJob(add, { a: 2 }, { delay: { hours: 2 } });
  await t.clock.advance({ hours: 2 });
  assert.equal(await late, 3);
});

test("tests beside each other have clocks and stores of their own", async () => {
  const tick = task({ name: "tick", schedules: [{ trigger: interval({ hours: 1 }) }], run() {} });
  const days = [1, 2, 3];
  const runs = await Promise.all(days.map(async (count) => {
    await using t = await testScheduler({ tasks: [tick] });
    await t.clock.advance({ days: count });
    return t.ran(tick).length;
  }));
  assert.deepEqual(runs, [25, 49, 73]);
});

test("testScheduler() refuses options that it does not know", async () => {
  await assert.rejects(
    testScheduler({ clock: 1 } as unknown as Parameters<typeof testScheduler>[0]),
    /clock/,
  );
  await assert.rejects(testScheduler({ start: "yesterday" }), {
    code: "invalidOption",
    message: /'start' of testScheduler .*2026-01-01T00:00Z/,
  });
});
