import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp } from "../fixtures.ts";

/** A scheduler whose jobs of task `even` fail for odd inputs while `broken` says so. */
function setUpBulk() {
  const state = { broken: true };
  const even = task({
    name: "even",
    input: z.number(),
    maxRunningJobs: null,
    run(n) {
      if (state.broken && n % 2) throw new Error(`${n} is odd`);
    },
  });
  const hang = task({
    name: "hang",
    run: (_input, { signal }) =>
      new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  return { state, even, hang, ...setUp({ tasks: [even, hang] }) };
}

test("cancelJobs() cancels what matches, waiting and running, and leaves the rest", async () => {
  const { scheduler, clock, even, hang } = setUpBulk();
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = await scheduler.addJob(hang);
  const waiting = await scheduler.addJob(hang);
  const other = await scheduler.addJob(even, 1, { delay: { hours: 1 } });
  await settle(clock);
  const preview = await scheduler.cancelJobs({ taskName: "hang" }, { preview: true });
  assert.deepEqual(preview, { preview: true, count: 2, byTask: { hang: 2 }, ids: [running.id, waiting.id] });
  assert.equal((await waiting.status()).outcome, undefined);
  const answer = await scheduler.cancelJobs({ taskName: "hang" }, { reason: "not today" });
  assert.deepEqual(answer, { ...preview, preview: false });
  await settle(clock);
  for (const job of [running, waiting]) {
    const { outcome, error } = await job.status();
    assert.deepEqual([outcome, error?.message], ["cancelled", "not today"]);
  }
  assert.equal((await other.status()).state, "scheduled");
  assert.equal((await scheduler.cancelJobs({ taskName: "hang" })).count, 0);
});

test("retryJobs() retries what failed, not what succeeded unless asked by outcome or id", async () => {
  const { scheduler, state, even } = setUpBulk();
  await using _ = scheduler;
  const [one, two] = await scheduler.addJobs(even, [1, 2]);
  await scheduler.runUntilIdle();
  state.broken = false;
  assert.deepEqual((await scheduler.retryJobs({ taskName: "even" }, { preview: true })).ids, [one?.id]);
  assert.deepEqual((await scheduler.retryJobs({ taskName: "even" })).ids, [one?.id]);
  await scheduler.runUntilIdle();
  assert.equal((await one?.status())?.outcome, "success");
  assert.equal((await scheduler.retryJobs({ taskName: "even" })).count, 0);
  assert.deepEqual((await scheduler.retryJobs({ outcomes: ["success"] }, { preview: true })).count, 2);
  assert.deepEqual((await scheduler.retryJobs({ ids: [two!.id] })).ids, [two?.id]);
});

test("retryJobs() retries each once, also those that fail again at once", async () => {
  const { scheduler, even } = setUpBulk();
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJobs(even, [1, 3, 5]);
  await scheduler.runUntilIdle();
  assert.equal((await scheduler.retryJobs({ outcomes: ["error"] })).count, 3);
  await scheduler.runUntilIdle();
  const attempts = await Promise.all(
    (await scheduler.getJobs()).items.map(({ id }) => scheduler.getJobAttempts(id)),
  );
  assert.deepEqual(attempts.map(({ length }) => length), [2, 2, 2]);
});

test("removeJobs() deletes what matches and does not run, in steps, with a limit", async () => {
  const { scheduler, clock, even, hang } = setUpBulk();
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = await scheduler.addJob(hang);
  await scheduler.addJobs(even, Array.from({ length: 1203 }, (_, n) => 2 * n));
  await scheduler.addJob(even, 1, { delay: { hours: 1 } });
  await clock.advance({ seconds: 1 });
  assert.equal((await scheduler.removeJobs({ taskName: "hang" })).count, 0);
  assert.equal((await scheduler.removeJobs({ states: ["finished"], limit: 3 })).count, 3);
  const { count, ids } = await scheduler.removeJobs({ outcomes: ["success"] });
  assert.deepEqual([count, new Set(ids).size], [1200, 1200]);
  assert.deepEqual((await scheduler.getJobs()).items.map(({ state }) => state).sort(), [
    "running",
    "scheduled",
  ]);
  await running.cancel();
});

test("bulk commands reach every store, or the one that is named", async () => {
  const ping = task({ name: "ping", run() {} });
  const { scheduler } = setUp({ stores: { main: memory(), more: memory() }, tasks: [ping] });
  await using _ = scheduler;
  for (const store of ["main", "more"]) {
    await scheduler.addJob(ping, undefined, { store, delay: { hours: 1 } });
  }
  assert.equal((await scheduler.cancelJobs({ taskName: "ping", store: "more" }, { preview: true })).count, 1);
  assert.equal((await scheduler.cancelJobs({ taskName: "ping", limit: 1 }, { preview: true })).count, 1);
  assert.equal((await scheduler.cancelJobs({ taskName: "ping" })).count, 2);
});

test("bulk commands refuse filters that restrict nothing, and unknown keys", async () => {
  const { scheduler } = setUpBulk();
  await using _ = scheduler;
  await assert.rejects(scheduler.removeJobs({}), refusal("invalidOption", /removeJobs needs a filter/));
  await assert.rejects(
    scheduler.cancelJobs({ limit: 3 }),
    refusal("invalidOption", /cancelJobs needs a filter/),
  );
  const mistyped = { task: "even" } as object;
  await assert.rejects(scheduler.retryJobs(mistyped), refusal("invalidOption", /'task'/));
});
