import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { task } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { gate, refusal, setUp, START_MS } from "../fixtures.ts";

test("a job that runs longer than its timeout is aborted with the reason and ends timedOut", async () => {
  let reason: unknown;
  const slow = task({
    name: "slow",
    timeout: { seconds: 30 },
    async run(_input, { signal }) {
      await sleep(clock, 3_600_000, signal);
      reason = signal.reason;
      signal.throwIfAborted();
    },
  });
  const { scheduler, clock, events } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(slow);
  await clock.advance({ seconds: 29 });
  assert.equal((await handle.status()).state, "running");
  await clock.advance({ seconds: 1 });
  assert.ok(isCarillonError(reason, "jobTimedOut"));
  await assert.rejects(handle.result(), refusal("jobTimedOut", /timeout of 30 s/));
  const finished = events.find((event) => event.type === "jobFinished");
  assert.ok(finished?.type === "jobFinished");
  assert.deepEqual([finished.outcome, finished.durationMs], ["timedOut", 30_000]);
  assert.deepEqual(finished.error?.details, { endedBy: "abort" });
});

test("a function that returns after its timeout has still timed out", async () => {
  const late = task({
    name: "late",
    timeout: { seconds: 1 },
    async run(_input, { signal }) {
      await sleep(clock, 10_000, signal);
      return "too late";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [late] });
  await using _ = scheduler;
  const running = assert.rejects(scheduler.runJob(late), refusal("jobTimedOut"));
  await clock.advance({ seconds: 2 });
  await running;
});

test("a timeout is tried again where attempts are left", async () => {
  const attempts: number[] = [];
  const slow = task({
    name: "slow",
    timeout: { seconds: 1 },
    retry: { maxAttempts: 2, base: { seconds: 5 }, jitter: 0 },
    async run(_input, { signal, job }) {
      attempts.push((clock.nowMs() - START_MS) / 1000);
      if (job.attempt === 1) await sleep(clock, 10_000, signal);
      signal.throwIfAborted();
      return "in time";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(slow);
  await clock.advance({ seconds: 10 });
  assert.equal(await handle.result(), "in time");
  assert.deepEqual(attempts, [0, 6]);
});

test("a job that ignores its abort keeps its slot, is told stuck, and ends timedOut when it ends", async () => {
  const end = gate();
  const deaf = task({
    name: "deaf",
    timeout: { seconds: 1 },
    async run(_input, { job }) {
      if (job.id === "first") await end.opened;
    },
  });
  const { scheduler, clock, types } = setUp({ tasks: [deaf], abortGrace: { seconds: 5 } });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const first = await scheduler.addJob(deaf, undefined, { id: "first" });
  const second = await scheduler.addJob(deaf, undefined, { id: "second" });
  await clock.advance({ seconds: 5 });
  assert.deepEqual(types("jobStuck"), []);
  await clock.advance({ minutes: 5 });
  assert.deepEqual(types("jobStuck"), ["jobStuck"]);
  assert.equal((await first.status()).state, "running");
  assert.equal((await second.status()).state, "blocked");
  end.open();
  await clock.advance({ seconds: 1 });
  assert.equal((await first.status()).outcome, "timedOut");
  assert.equal((await second.status()).outcome, "success");
});
