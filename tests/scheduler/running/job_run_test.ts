import assert from "node:assert/strict";
import type { JobRecord } from "../../../src/model/job_record.ts";
import { JobRun } from "../../../src/scheduler/running/job_run.ts";
import { test } from "../../harness.ts";

const job = { seq: 7, id: "job-7", claimNumber: 3 } as JobRecord;

test("JobRun has one signal, aborted with the first reason, whether it was asked for before or after", () => {
  for (const askedBefore of [true, false]) {
    const run = new JobRun(job, 1);
    const before = askedBefore ? run.signal : undefined;
    assert.ok(!before?.aborted);
    run.abort({ kind: "cancelled", message: "first" });
    run.abort({ kind: "timeout", message: "second" });
    assert.equal(run.signal.reason.message, "first");
    assert.equal(run.signal.reason.code, "jobCancelled");
    assert.equal(run.signal, before ?? run.signal);
    assert.throws(() => run.throwIfAborted(), (reason) => reason === run.signal.reason);
    assert.equal(run.cause?.kind, "cancelled");
  }
});

test("JobRun keeps its first cause, but for a lost lease", () => {
  const run = new JobRun(job, 1);
  let calls = 0;
  run.guards = { onAbort: () => calls++ };
  run.abort({ kind: "timeout", message: "too long" });
  run.abort({ kind: "stopping", message: "stops" });
  assert.equal(run.cause?.kind, "timeout");
  run.abort({ kind: "leaseLost", message: "lost" });
  assert.equal(run.cause?.kind, "leaseLost");
  assert.equal(calls, 1);
});

test("JobRun.done resolves when it is over, whether it was asked for before or after", async () => {
  const run = new JobRun(job, 1);
  let isDone = false;
  const done = run.done.then(() => isDone = true);
  await Promise.resolve();
  assert.equal(isDone, false);
  run.over();
  await done;
  await run.done;
  assert.deepEqual(run.fence, { seq: 7, incarnation: 1, claimNumber: 3 });
});
