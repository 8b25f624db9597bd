import assert from "node:assert/strict";
import process from "node:process";
import { z } from "zod";
import type { Middleware } from "../../src/context/middleware.ts";
import { currentJob } from "../../src/context/current_job.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { memory } from "../../src/stores/memory.ts";
import { runtime, test } from "../harness.ts";
import { refusal } from "../scheduler/fixtures.ts";
import * as tasks from "./control_tasks.ts";
import { isAlive, pools, start } from "./pools.ts";

const modules = [new URL("./control_tasks.ts", import.meta.url)];
const all = { tasks: Object.values(tasks) };

for (const [name, makePool] of Object.entries(pools)) {
  const startPool = (options = {}) => start(makePool({ modules, max: 1 }), { ...all, ...options });

  test(`${name}(): snooze(), cancel() and RetryAfter do what they do in the event loop`, async () => {
    await using scheduler = await startPool();
    const told = scheduler.events("jobSnoozed");
    const snoozed = await scheduler.addJob(tasks.snoozes);
    await told.next();
    const { state, attempt, runAt } = await snoozed.status();
    assert.deepEqual([state, attempt], ["scheduled", 0]);
    assert.ok(runAt.epochMilliseconds > performance.timeOrigin + performance.now() + 3_500_000);
    const cancelled = await scheduler.addJob(tasks.cancels);
    await assert.rejects(cancelled.result(), refusal("jobCancelled", /nobody needs it/));
    assert.equal((await cancelled.status()).attempt, 1);
    assert.equal(await scheduler.runJob(tasks.retries), 3);
    await told.return?.();
  });

  test(`${name}(): an older input is migrated, and progress and log are kept`, async () => {
    const store = memory();
    const before = task({ name: "migrated", input: z.object({ name: z.string() }), run() {} });
    const old = new Scheduler({ store, tasks: [before] });
    const job = await old.addJob(before, { name: "ada" });
    await old.stop();
    await using scheduler = await startPool({ store });
    await scheduler.runUntilIdle();
    assert.equal((await scheduler.getJobResult(job.id)).value, "ada");
    const { items: [record] } = await scheduler.getJobs({});
    assert.deepEqual([record?.progress?.done, record?.progress?.message], [1, "half"]);
    const { lines } = await scheduler.getJobLogs(job.id);
    assert.deepEqual(lines.map(({ message, fields }) => [message, fields]), [["names", { names: ["ada"] }]]);
  });

  test(`${name}(): what a function says after its end is nobody else's`, async () => {
    await using scheduler = await startPool();
    const first = await scheduler.addJob(tasks.babbles);
    await first.result();
    const second = await scheduler.addJob(tasks.quiet);
    await second.result();
    const linesOf = async (id: string) =>
      (await scheduler.getJobLogs(id)).lines.map(({ message }) => message);
    assert.deepEqual([await linesOf(first.id), await linesOf(second.id)], [["in time"], []]);
    assert.equal((await second.status()).progress, undefined);
  });

  test(`${name}(): messages of the task's own over the same channel do no harm`, async () => {
    await using scheduler = await startPool();
    assert.equal(await scheduler.runJob(tasks.chats), "done");
    assert.equal(await scheduler.runJob(tasks.chats), "done");
  });

  test(`${name}(): an uncaught error arrives after all that was logged before`, async () => {
    await using scheduler = await startPool();
    const job = await scheduler.addJob(tasks.bursts);
    await assert.rejects(job.result(), refusal("jobFailed", /after so many lines/));
    assert.equal((await scheduler.getJobLogs(job.id)).lines.length, 300);
  });

  test(`${name}(): middleware runs here, around the call`, async () => {
    const seen: unknown[] = [];
    const note: Middleware = async (job, next) => {
      seen.push(process.pid, currentJob().id === job.id, job.input);
      seen.push(await next());
    };
    await using scheduler = await startPool({ use: [note] });
    assert.equal(await scheduler.runJob(tasks.migrated, { names: ["a", "b"] }), "a,b");
    assert.deepEqual(seen, [process.pid, true, { names: ["a", "b"] }, "a,b"]);
  });

  test(`${name}(): a batch is one call there, with a result, a log and progress for each job`, async () => {
    await using scheduler = new Scheduler({ executors: { pool: makePool({ modules, max: 1 }) }, ...all });
    const [two, odd, four] = await scheduler.addJobs(tasks.doubles, [2, 3, 4]);
    await scheduler.runUntilIdle();
    assert.deepEqual([await two!.result(), await four!.result()], ["4", "8"]);
    await assert.rejects(odd!.result(), refusal("jobFailed", /3 is odd/));
    const { lines } = await scheduler.getJobLogs(four!.id);
    assert.deepEqual(lines.map(({ fields }) => fields), [{ n: "4", of: 3 }]);
    assert.equal((await four!.status()).progress?.message, "4");
  });

  test(`${name}(): one job of a batch is cancelled without the others`, async () => {
    await using scheduler = await startPool();
    const holding = scheduler.events("jobLog");
    const [polite, rude] = await scheduler.addJobs(tasks.holdsAll, ["polite", "rude"]);
    await holding.next();
    await polite!.cancel("not needed");
    assert.equal(await polite!.result(), "all: false");
    assert.equal((await rude!.status()).state, "running");
    await rude!.cancel("not needed either");
    await assert.rejects(rude!.result(), refusal("jobCancelled", /not needed either/));
    await holding.return?.();
  });

  test(`${name}(): a batch that ignores its signals ends with all its jobs, and its thread or process`, async () => {
    await using scheduler = await startPool();
    const logged = scheduler.events("jobLog");
    const timeout = { milliseconds: 200 };
    const jobs = await scheduler.addJobs(tasks.hotBatch, [undefined, undefined], { timeout });
    const { value } = await logged.next();
    if (name === "worker" && runtime === "deno") {
      const { value: stuck } = await scheduler.events("jobStuck").next();
      assert.ok(jobs.some(({ id }) => id === stuck?.jobId));
      await scheduler.stop({ drain: false });
    } else {
      for (const job of jobs) await assert.rejects(job.result(), refusal("jobTimedOut"));
      if (name === "processes") assert.equal(isAlive(Number(value?.fields?.["pid"])), false);
    }
    await logged.return?.();
  });
}
