import assert from "node:assert/strict";
import { z } from "zod";
import { RetryAfter } from "../../../src/context/snooze_and_cancel.ts";
import { tryCurrentJob } from "../../../src/context/current_job.ts";
import type { BatchContext } from "../../../src/context/task_context.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { schedule } from "../../../src/registry/schedule.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import type { InputOf, ResultOf } from "../../../src/registry/task_types.ts";
import { date } from "../../../src/triggers/date.ts";
import { assertType, type Same } from "../../registry/type_assertions.ts";
import { test } from "../../harness.ts";
import { doubling, gate, refusal, settle, setUp } from "../fixtures.ts";

test("batch: jobs that are ready together run in one call, each with its own result", async () => {
  const { calls, double } = doubling(3);
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const handles = [];
  for (let n = 0; n < 7; n++) handles.push(await scheduler.addJob(double, n));
  await scheduler.runUntilIdle();
  assert.deepEqual(await Promise.all(handles.map((handle) => handle.result())), [0, 2, 4, 6, 8, 10, 12]);
  assert.deepEqual(calls, [[0, 1, 2], [3, 4, 5], [6]]);
});

test("batch: an error in the place of a result fails that job alone, and its retry decides", async () => {
  const attempts: number[] = [];
  const check = task({
    name: "check",
    batch: { size: 10 },
    input: z.number(),
    retry: { maxAttempts: 2, base: { milliseconds: 1 } },
    run: (inputs, { jobs }) =>
      inputs.map((n, i) => {
        attempts.push(jobs[i]!.attempt);
        if (n === 1) return Promise.reject(new TypeError("one is odd"));
        if (n === 3 && jobs[i]!.attempt === 1) return new RetryAfter({ milliseconds: 5 });
        return n;
      }),
  });
  assertType<Same<ResultOf<typeof check>, number>>();
  await using scheduler = new Scheduler({ tasks: [check] });
  const handles = [];
  for (const n of [0, 1, 2, 3]) handles.push(await scheduler.addJob(check, n));
  await scheduler.runUntilIdle({ until: "empty" });
  const results = await Promise.all(handles.map((handle) => scheduler.getJobResult(handle.id)));
  assert.deepEqual(results.map(({ outcome }) => outcome), ["success", "error", "success", "success"]);
  assert.deepEqual([results[1]?.error?.name, results[1]?.error?.message], ["TypeError", "one is odd"]);
  assert.equal((await handles[1]!.status()).attempt, 2);
});

test("batch: throwing, or answering something else than a result each, fails all of them", async () => {
  const answers = new Map<string, unknown>([
    ["throws", new Error("no connection")],
    ["short", [1]],
    ["object", { 0: 1, 1: 2 }],
    ["rejects", undefined],
  ]);
  const run = task({
    name: "run",
    batch: { size: 2 },
    input: z.string(),
    run([how]): number[] {
      const answer = how === "rejects"
        ? [Promise.reject(new Error("unheard")), 1, 2]
        : answers.get(how ?? "");
      if (answer instanceof Error) throw answer;
      return answer as number[];
    },
  });
  await using scheduler = new Scheduler({ tasks: [run] });
  const messages = new Map<string, RegExp>([
    ["throws", /no connection/],
    ["short", /a result for each of its 2 inputs, but returned a list of 1; put an Error/],
    ["object", /each of its 2 inputs, but returned a value of type object/],
    ["rejects", /each of its 2 inputs, but returned a list of 3/],
  ]);
  for (const [how, message] of messages) {
    const both = [await scheduler.addJob(run, how), await scheduler.addJob(run, how)];
    await scheduler.runUntilIdle();
    for (const handle of both) await assert.rejects(handle.result(), refusal("jobFailed", message));
  }
});

test("batch: schemas check each input and each result by itself", async () => {
  const sizes = task({
    name: "sizes",
    batch: { size: 10 },
    input: z.string().transform((text) => text.length),
    output: z.number().max(3).transform((n) => `${n} letters`),
    run: (lengths) => lengths,
  });
  assertType<Same<InputOf<typeof sizes>, string>>();
  assertType<Same<ResultOf<typeof sizes>, string>>();
  await using scheduler = new Scheduler({ tasks: [sizes] });
  const [short, long] = [await scheduler.addJob(sizes, "abc"), await scheduler.addJob(sizes, "abcd")];
  await scheduler.runUntilIdle();
  assert.equal(await short.result(), "3 letters");
  await assert.rejects(long.result(), refusal("jobFailed", /Result of task 'sizes' does not fit/));
});

test("batch: each job has its own signal, log and progress; there is no current job", async () => {
  const { opened, open } = gate();
  const aborted: unknown[] = [];
  const work = task({
    name: "work",
    batch: { size: 2 },
    input: z.string(),
    async run(names, { jobs, signal }) {
      assert.equal(tryCurrentJob(), undefined);
      assert.equal(currentScheduler(), scheduler);
      assert.deepEqual(jobs.map(({ input }) => input), names);
      for (const job of jobs) {
        job.log.info(`for ${job.input}`);
        job.progress(0.5);
        job.signal.addEventListener("abort", () => aborted.push(job.id));
      }
      signal.addEventListener("abort", () => aborted.push("all"));
      await opened;
      return names;
    },
  });
  const { scheduler, clock, events } = setUp({
    tasks: [work],
    use: [async (_job, next) => void await next()],
  });
  await using _ = scheduler;
  const [a, b] = [
    await scheduler.addJob(work, "A", { id: "a" }),
    await scheduler.addJob(work, "B", { id: "b" }),
  ];
  await scheduler.startInBackground();
  await settle(clock);
  await a.cancel("not needed");
  await settle(clock);
  assert.deepEqual(aborted, ["a"]);
  open();
  assert.equal(await b.result(), "B");
  await settle(clock);
  const lines = events.flatMap((event) => event.type === "jobLog" ? [[event.jobId, event.message]] : []);
  assert.deepEqual(lines, [["a", "for A"], ["b", "for B"]]);
  assert.equal((await b.status()).progress?.done, 0.5);
  // It was cancelled but did its work.
  assert.equal((await a.status()).outcome, "success");
  assert.deepEqual(aborted, ["a"]);
});

test("batch: the call's own signal is aborted once all its jobs are to stop", async () => {
  const stuck = task({
    name: "stuck",
    batch: { size: 2 },
    timeout: { seconds: 1 },
    run: (_inputs, { signal }) =>
      new Promise<string[]>((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      ),
  });
  const { scheduler, clock } = setUp({ tasks: [stuck] });
  await using _ = scheduler;
  const [a, b] = [
    await scheduler.addJob(stuck, undefined, { timeout: { seconds: 2 } }),
    await scheduler.addJob(stuck),
  ];
  await scheduler.startInBackground();
  await clock.advance({ milliseconds: 1999 });
  assert.deepEqual([(await a.status()).state, (await b.status()).state], ["running", "running"]);
  await clock.advance({ milliseconds: 1 });
  assert.deepEqual([(await a.status()).outcome, (await b.status()).outcome], ["timedOut", "timedOut"]);
});

test("batch: methods take many inputs and their context; callers and schedules give one", async () => {
  class Mails {
    readonly sent: string[] = [];
    @schedule(date("2026-01-01T00:00Z"), { input: "carl" })
    @task({ name: "mails.send", batch: { size: 10 } })
    send(to: string[], { jobs }: BatchContext<string>): (number | Error)[] {
      this.sent.push(...to);
      return to.map((one, i) => one === "" ? new Error("no address") : one.length * (jobs[i]?.attempt ?? 0));
    }
  }
  const mails = new Mails();
  assertType<Same<InputOf<typeof mails.send>, string>>();
  assertType<Same<ResultOf<typeof mails.send>, number>>();
  await using scheduler = setUp({ tasks: [mails] }).scheduler;
  const [ada, nobody] = [await scheduler.addJob(mails.send, "ada"), await scheduler.addJob(mails.send, "")];
  await scheduler.runUntilIdle();
  assert.equal(await ada.result(), 3);
  await assert.rejects(nobody.result(), refusal("jobFailed", /no address/));
  assert.deepEqual(mails.sent, ["ada", "", "carl"]);
  assert.equal(await scheduler.runJob(taskRef<Mails["send"]>("mails.send"), "bert"), 4);
});

test("batch: options that do not fit are refused", () => {
  const of = (batch: { size: number }) => () => task({ name: "x", batch, run: (inputs) => inputs });
  assert.throws(of({ size: 0 }), refusal("invalidOption", /'batch.size' of task 'x' must be .* at least 1/));
  assert.throws(of({ size: 2, wihtin: 1 } as never), refusal("invalidOption", /'within'/));
  assert.throws(of({ size: 2, within: { seconds: -1 } } as never), refusal("invalidOption", /batch.within/));
  assert.throws(of(5 as never), refusal("invalidOption", /\{ size: 100 \}/));
});
