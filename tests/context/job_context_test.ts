import assert from "node:assert/strict";
import { currentJob, runInJobContext, tryCurrentJob } from "../../src/context/current_job.ts";
import {
  currentSchedulerObject,
  runInSchedulerContext,
  tryCurrentSchedulerObject,
} from "../../src/context/current_frame.ts";
import { isCarillonError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { sampleContext } from "./sample_context.ts";

test("currentJob() throws outside a job, saying what to do, where tryCurrentJob() returns undefined", () => {
  assert.equal(tryCurrentJob(), undefined);
  assert.throws(
    () => currentJob(),
    (error) => isCarillonError(error, "noCurrentJob") && error.message.includes("tryCurrentJob()"),
  );
});

test("currentJob() gives the facts, the signal, the log and the progress of the job that runs", () => {
  const said: string[] = [];
  const context = sampleContext("job-7", said);
  const answer = runInJobContext(context, () => {
    currentJob().log.info("hello");
    currentJob().progress({ done: 1, total: 2 }, "half");
    return currentJob();
  });
  assert.equal(answer.id, "job-7");
  assert.equal(answer.attempt, 1);
  assert.deepEqual(answer.metadata, { team: "sales" });
  assert.equal(answer.signal, context.signal);
  assert.deepEqual(said, ["info hello", 'progress {"done":1,"total":2} half']);
});

test("currentJob() is the same job across awaits, timers, microtasks and streams, and gone outside", async () => {
  const seen: string[] = [];
  await runInJobContext(sampleContext("job-1"), async () => {
    seen.push(currentJob().id);
    await Promise.resolve();
    seen.push(currentJob().id);
    await timer(1, () => seen.push(currentJob().id));
    await new Promise<void>((resolve) => queueMicrotask(() => (seen.push(currentJob().id), resolve())));
    for await (const id of ids()) seen.push(id);
  });
  assert.deepEqual(seen, Array(5).fill("job-1"));
  assert.equal(tryCurrentJob(), undefined);
});

async function* ids(): AsyncGenerator<string> {
  await timer(1);
  yield currentJob().id;
}

/** Resolves after a timer, in which it calls back. */
function timer(delayMs: number, callback: () => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    // real time: that a context goes through the system's own timers is what is tested
    setTimeout(() => {
      callback();
      resolve();
    }, delayMs);
  });
}

test("currentJob() is isolated over 1,000 concurrent jobs, across awaits and timers", async () => {
  const jobs = Array.from({ length: 1000 }, (_, number) => `job-${number}`);
  const answers = await Promise.all(
    jobs.map((id, number) => runInJobContext(sampleContext(id), () => work(number))),
  );
  assert.deepEqual(answers, jobs.map((id) => Array(4).fill(id)));
});

/** Says which job it runs for, before and after waits whose lengths make the jobs pass each other. */
async function work(number: number): Promise<string[]> {
  const seen = [currentJob().id];
  await timer((number * 7) % 5);
  seen.push(currentJob().id);
  await Promise.resolve();
  seen.push(currentJob().id);
  await timer((number * 3) % 4, () => seen.push(currentJob().id));
  return seen;
}

test("currentJob() within a job run by a job is the inner one, and the outer one after it", async () => {
  const seen: string[] = [];
  await runInJobContext(sampleContext("outer"), async () => {
    await runInJobContext(sampleContext("inner"), async () => {
      await Promise.resolve();
      seen.push(currentJob().id);
    });
    seen.push(currentJob().id);
  });
  assert.deepEqual(seen, ["inner", "outer"]);
});

test("currentSchedulerObject() gives the scheduler within its work and throws outside", async () => {
  const scheduler = { name: "here" };
  assert.equal(tryCurrentSchedulerObject(), undefined);
  assert.throws(() => currentSchedulerObject(), (error) => isCarillonError(error, "noCurrentScheduler"));
  await runInSchedulerContext(scheduler, async () => {
    await Promise.resolve();
    assert.equal(currentSchedulerObject(), scheduler);
    assert.equal(tryCurrentSchedulerObject(), scheduler);
  });
});
