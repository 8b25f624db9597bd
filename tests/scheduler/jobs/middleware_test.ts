import assert from "node:assert/strict";
import { z } from "zod";
import { cancel, snooze } from "../../../src/context/snooze_and_cancel.ts";
import { currentJob } from "../../../src/context/current_job.ts";
import type { Middleware } from "../../../src/context/middleware.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { assertType, type Same } from "../../registry/type_assertions.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

/** Writes down when it goes in and out. */
function noting(notes: string[], name: string): Middleware {
  return async (_job, next) => {
    notes.push(`> ${name}`);
    const value = await next().catch((error: Error) => error.message);
    notes.push(`< ${name}: ${value}`);
  };
}

test("use: the scheduler's middleware is around the task's, the first one outermost, at every attempt", async () => {
  const notes: string[] = [];
  const double = task({
    name: "double",
    input: z.string().transform(Number),
    retry: { maxAttempts: 2, base: { milliseconds: 1 } },
    use: [noting(notes, "task")],
    run(n, { job }) {
      notes.push(`run ${job.attempt}`);
      if (job.attempt === 1) throw new Error("once more");
      return n * 2;
    },
  });
  const use = [noting(notes, "one"), noting(notes, "two")];
  await using scheduler = new Scheduler({ tasks: [double], use });
  assert.equal(await scheduler.runJob(double, "4"), 8);
  const around = (attempt: number, end: string) => [
    ...["> one", "> two", "> task", `run ${attempt}`],
    ...[`< task: ${end}`, `< two: ${end}`, `< one: ${end}`],
  ];
  assert.deepEqual(notes, [...around(1, "once more"), ...around(2, "8")]);
});

test("use: middleware sees the job, its checked input, and the job's context", async () => {
  const seen: unknown[] = [];
  const greet = task({
    name: "greet",
    input: z.object({ name: z.string().transform((name) => name.toUpperCase()) }),
    use: [
      async (job, next) => {
        assertType<Same<typeof job.input, { name: string }>>();
        seen.push(job.input.name, job.id, job.taskName, job.attempt, job.metadata, job.signal.aborted);
        assert.equal(currentJob().id, job.id);
        assert.equal(currentScheduler(), scheduler);
        assert.ok(Object.isFrozen(job));
        job.log.info("before");
        seen.push(await next());
      },
    ],
    run: ({ name }) => `hello ${name}`,
  });
  const { scheduler, events } = setUp({ tasks: [greet] });
  await using _ = scheduler;
  await scheduler.runJob(greet, { name: "ada" }, { id: "a", metadata: { of: 1 } });
  assert.deepEqual(seen, ["ADA", "a", "greet", 1, { of: 1 }, false, "hello ADA"]);
  assert.deepEqual(events.flatMap((event) => event.type === "jobLog" ? [event.message] : []), ["before"]);
});

test("use: what middleware throws fails the job, also where the function succeeded; its retry decides", async () => {
  let runs = 0;
  const pay = task({ name: "pay", retry: { maxAttempts: 2, base: { milliseconds: 1 } }, run: () => ++runs });
  const refuse: Middleware = async (job, next) => {
    await next();
    if (job.attempt === 1) throw new RangeError("the books do not balance");
  };
  await using scheduler = new Scheduler({ tasks: [pay], use: [refuse] });
  assert.equal(await scheduler.runJob(pay, undefined, { id: "a" }), 2);
  const [first] = await scheduler.getJobAttempts("a");
  assert.deepEqual([first?.error?.name, first?.error?.message], ["RangeError", "the books do not balance"]);
});

test("use: what middleware returns or swallows changes nothing about the job", async () => {
  const fine = task({ name: "fine", run: () => "mine" });
  const bad = task({
    name: "bad",
    run() {
      throw new TypeError("broken");
    },
  });
  const meddle: Middleware = async (_job, next) => {
    await next().catch(() => {});
    return "yours";
  };
  await using scheduler = new Scheduler({ tasks: [fine, bad], use: [meddle] });
  assert.equal(await scheduler.runJob(fine), "mine");
  await assert.rejects(scheduler.runJob(bad), refusal("jobFailed", /broken/));
});

test("use: snooze() and cancel() in middleware keep the function from running", async () => {
  let runs = 0;
  const night = task({ name: "night", use: [() => snooze({ minutes: 5 })], run: () => ++runs });
  const over = task({ name: "over", use: [() => cancel("nobody needs it")], run: () => ++runs });
  const { scheduler, clock } = setUp({ tasks: [night, over] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const [snoozed, cancelled] = [await scheduler.addJob(night), await scheduler.addJob(over)];
  await settle(clock);
  const { state, attempt } = await snoozed.status();
  assert.deepEqual([state, attempt, (await cancelled.status()).outcome], ["scheduled", 0, "cancelled"]);
  assert.equal(runs, 0);
});

test("use: middleware that calls next() never, twice or too late fails the job, or is refused", async () => {
  let late: () => Promise<unknown> = () => Promise.resolve();
  let runs = 0;
  const count = () => ++runs;
  const never = task({ name: "never", use: [function forgets() {}], run: count });
  const twice = task({ name: "twice", use: [(_job, next) => Promise.all([next(), next()])], run: count });
  const tardy = task({ name: "tardy", use: [(_job, next) => void (late = next)], run: count });
  await using scheduler = new Scheduler({ tasks: [never, twice, tardy] });
  await assert.rejects(
    scheduler.runJob(never),
    refusal("jobFailed", /'forgets' called next\(\) never; it must/),
  );
  await assert.rejects(scheduler.runJob(twice), refusal("jobFailed", /A middleware called next\(\) twice/));
  await assert.rejects(scheduler.runJob(tardy), refusal("jobFailed", /never/));
  assert.throws(() => void late(), refusal("invalidTask", /after it had ended/));
  assert.equal(runs, 1);
});

test("use: a run is not over before its function is, though its middleware gave up waiting", async () => {
  const { opened, open } = gate();
  const slow = task({ name: "slow", run: () => opened });
  const hasty: Middleware = (_job, next) => {
    void next();
    throw new Error("too slow");
  };
  const { scheduler, clock } = setUp({ tasks: [slow], use: [hasty] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(slow);
  await settle(clock);
  assert.equal((await job.status()).state, "running");
  open();
  await assert.rejects(job.result(), refusal("jobFailed", /too slow/));
});

test("use: the time of middleware counts against the timeout", async () => {
  let runs = 0;
  const waits: Middleware = async ({ signal }, next) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await next();
  };
  const late = task({ name: "late", timeout: { seconds: 5 }, use: [waits], run: () => ++runs });
  const { scheduler, clock } = setUp({ tasks: [late] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(late);
  await clock.advance({ seconds: 5 });
  assert.equal((await job.status()).outcome, "timedOut");
  assert.equal(runs, 0);
});

test("use: what is before the function and the function share one time limit", async () => {
  const pause = (seconds: number) => new Promise<void>((done) => void clock.setTimer(done, seconds * 1000));
  const slow = task({
    name: "slow",
    timeout: { seconds: 5 },
    use: [async (_job, next) => {
      await pause(3);
      await next();
    }],
    run: (_input, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(slow);
  await clock.advance({ milliseconds: 4999 });
  assert.equal((await job.status()).state, "running");
  await clock.advance({ milliseconds: 1 });
  assert.equal((await job.status()).outcome, "timedOut");
});

test("use: methods have it too, and what is no list of functions is refused", async () => {
  const notes: string[] = [];
  class Mails {
    @task({ name: "mails.send", use: [noting(notes, "task")] })
    send(to: string): string {
      return `sent to ${to}`;
    }
  }
  const mails = new Mails();
  await using scheduler = new Scheduler({ tasks: [mails], use: [noting(notes, "all")] });
  assert.equal(await scheduler.runJob(mails.send, "ada"), "sent to ada");
  assert.deepEqual(notes, ["> all", "> task", "< task: sent to ada", "< all: sent to ada"]);
  const use = ["timing"] as unknown as Middleware[];
  assert.throws(() => new Scheduler({ use }), refusal("invalidOption", /'use' .* list of functions/));
});
