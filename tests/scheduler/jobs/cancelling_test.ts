import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { task } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

/** A task that runs for an hour unless it is told to stop. */
function obedient(clock: () => ReturnType<typeof setUp>["clock"], reasons: unknown[] = []) {
  return task({
    name: "obedient",
    retry: { maxAttempts: 5 },
    async run(_input, { signal }) {
      await sleep(clock(), 3_600_000, signal);
      if (signal.aborted) reasons.push(signal.reason);
      signal.throwIfAborted();
    },
  });
}

test("cancelJob() ends a waiting job at once, with its reason", async () => {
  const later = task({ name: "later", run() {} });
  const { scheduler, types } = setUp({ tasks: [later] });
  await using _ = scheduler;
  const handle = await scheduler.addJob(later, undefined, { delay: { hours: 1 } });
  const job = await scheduler.cancelJob(handle.id, "no longer wanted");
  assert.deepEqual([job.state, job.outcome, job.attempt], ["finished", "cancelled", 0]);
  await assert.rejects(handle.result(), refusal("jobCancelled", /no longer wanted/));
  assert.deepEqual(types("jobFinished"), ["jobFinished"]);
  assert.equal(await handle.cancel(), false);
});

test("cancelJob() aborts a running job by its signal, and no attempt follows", async () => {
  const reasons: unknown[] = [];
  const slow = obedient(() => clock, reasons);
  const { scheduler, clock, types } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(slow);
  await settle(clock);
  assert.equal(await handle.cancel("enough"), true);
  await settle(clock);
  assert.ok(isCarillonError(reasons[0], "jobCancelled"));
  const job = await handle.status();
  assert.deepEqual([job.outcome, job.error?.message], ["cancelled", "enough"]);
  assert.deepEqual(types("jobCancelRequested", "jobRetrying", "jobFinished"), [
    "jobCancelRequested",
    "jobFinished",
  ]);
});

test("cancelJob() from another scheduler reaches the one that runs the job", async () => {
  const slow = obedient(() => clock);
  const { clock, one, two } = setUpTwo({ tasks: [slow] }, { role: "client" });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  const { id } = await one.scheduler.addJob(slow);
  await settle(clock);
  assert.equal((await two.scheduler.cancelJob(id, "from afar")).cancelRequested, "from afar");
  const waiting = two.scheduler.getJobResult(id);
  await settle(clock);
  assert.deepEqual([(await waiting).outcome, (await waiting).error?.message], ["cancelled", "from afar"]);
});

test("a job that finishes although it was cancelled is a success", async () => {
  const end = gate();
  const deaf = task({
    name: "deaf",
    async run() {
      await end.opened;
      return "done";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [deaf] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(deaf);
  await settle(clock);
  await handle.cancel();
  end.open();
  await settle(clock);
  assert.equal(await handle.result(), "done");
});

test("a job that fails before its owner sees the request ends cancelled, and just that is told", async () => {
  const end = gate();
  const failing = task({
    name: "failing",
    retry: { maxAttempts: 5 },
    async run() {
      await end.opened;
      throw new Error("failed");
    },
  });
  const { clock, one, store } = setUpTwo({ tasks: [failing] });
  await using _ = one.scheduler;
  await one.scheduler.startInBackground();
  const handle = await one.scheduler.addJob(failing);
  await settle(clock);
  await store.cancelJobs([handle.id], { reason: "by hand", keepMs: 1000 });
  end.open();
  await settle(clock);
  assert.equal((await handle.status()).outcome, "cancelled");
  assert.deepEqual(one.types("jobRetrying", "jobFinished"), ["jobFinished"]);
});

test("a cancelled job is kept as long as its own settings say", async () => {
  const kept = task({ name: "kept", retention: { other: { hours: 2 } }, run() {} });
  const { scheduler } = setUp({ tasks: [kept] });
  await using _ = scheduler;
  const expiry = async (options: Parameters<typeof scheduler.addJob>[2]) => {
    const { id } = await scheduler.addJob(kept, undefined, { delay: { hours: 1 }, ...options });
    return (await scheduler.cancelJob(id)).expiresAt?.toString();
  };
  assert.equal(await expiry({}), "2026-01-01T02:00:00Z");
  assert.equal(await expiry({ retention: { other: { hours: 5 } } }), "2026-01-01T05:00:00Z");
  assert.equal(await expiry({ retention: { other: null } }), undefined);
});
