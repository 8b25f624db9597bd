import assert from "node:assert/strict";
import { eventLoop } from "../../../src/executors/event_loop.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { processes } from "../../../src/executors/processes.ts";
import { worker } from "../../../src/executors/worker_threads.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, refusal, setUp } from "../fixtures.ts";
import { gather, lonely, part } from "./flow_tasks.ts";

const modules = [new URL("./flow_tasks.ts", import.meta.url)];
const executors: Readonly<Record<string, () => Executor>> = {
  eventLoop,
  worker: () => worker({ modules, max: 1 }),
  processes: () => processes({ modules, max: 1 }),
};

for (const [name, make] of Object.entries(executors)) {
  test(`a job gets the results of its parents, run by ${name}`, async () => {
    await using scheduler = new Scheduler({ tasks: [part, gather], executors: { tested: make() } });
    const parents = await scheduler.addJobs(part, [1, -1, 40]);
    const [first, second, third] = parents;
    const all = await scheduler.addJob(gather, undefined, {
      after: [third!, second!, first!],
      onParentFailure: "continue",
    });
    await scheduler.startInBackground();
    assert.deepEqual(await all.result(), {
      sum: 41,
      outcome: "success",
      taskName: "part",
      errors: [null, "below zero", null],
      ids: [third!.id, second!.id, first!.id],
    });
  });
}

test("parentResultOf() says when there is no parent of the task", async () => {
  const { scheduler } = setUp({ tasks: [part, lonely] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(lonely), refusal("jobFailed", /waited for no job of task 'part'/));
});

test("a job without parents reads nothing of them", async () => {
  const { store, calls } = faulty(memory());
  const { scheduler } = setUp({ store, tasks: [part] });
  await using _ = scheduler;
  await scheduler.runJob(part, 1);
  assert.deepEqual(calls.filter((call) => call === "getParents"), []);
});

test("a job whose parents cannot be read now is run later", async () => {
  const { store, control, calls } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [part, gather] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const parent = await scheduler.addJob(part, 1);
  control.fault = (name) => name === "getParents" ? Promise.reject(new Error("out of reach")) : undefined;
  const all = await scheduler.addJob(gather, undefined, { after: [parent] });
  await clock.advance({ seconds: 1 });
  assert.equal((await all.status()).state, "running");
  control.fault = undefined;
  await clock.advance({ minutes: 1 });
  assert.equal((await all.status()).outcome, "success");
  assert.ok(calls.includes("getParents"));
});
