import assert from "node:assert/strict";
import { ResultWaiter } from "../../../src/scheduler/waiting/result_waiter.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interceptStore } from "../../../src/testing/intercept_store.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

test("waitForNew() does not believe an answer that was read before its job was added", async () => {
  const clock = new VirtualClock();
  const store = memory();
  await store.open({ clock });
  let answerLate: (() => void) | undefined;
  const slow = interceptStore(store, async (call, proceed) => {
    const answer = await proceed();
    const isFirst = call.name === "getJobs" && answerLate === undefined;
    if (isFirst) await new Promise<void>((resolve) => answerLate = resolve);
    return answer;
  });
  const waiter = new ResultWaiter(slow, clock);
  let settled = false;
  const waits = waiter.waitForNew(newJob("one"), (call) => {
    // Somebody else waits for the same id: nothing is there yet, and the answer takes its time.
    waiter.wait("one").catch(() => {});
    Promise.resolve().then(() => store.addJobs(call.jobs))
      .then(({ jobs }) => call.added(jobs, 0), (error) => call.failed(error));
  }).finally(() => settled = true);
  waits.catch(() => {});
  while (answerLate === undefined) await Promise.resolve();
  for (let i = 0; i < 20; i++) await Promise.resolve();
  answerLate();
  for (let i = 0; i < 50; i++) await Promise.resolve();
  assert.equal(settled, false, "the job was told to be gone");
  await waiter.close(new Error("the test is over"));
  await store.close();
});
