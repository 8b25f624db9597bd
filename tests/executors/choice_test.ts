import assert from "node:assert/strict";
import type { Executor } from "../../src/executors/executor.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { date } from "../../src/triggers/date.ts";
import { test } from "../harness.ts";

function setUp() {
  const used: string[] = [];
  const noting = (kind: string): Executor => ({
    kind,
    canTerminate: false,
    run(run) {
      used.push(`${kind} ${run.job.id}`);
      return run.call();
    },
  });
  const plain = task({ name: "plain", run: () => "ran" });
  const heavy = task({ name: "heavy", executor: "cpu", run: () => "ran" });
  const executors = { default: noting("default"), cpu: noting("cpu"), hard: noting("hard") };
  const scheduler = new Scheduler({ tasks: [plain, heavy], executors });
  return { scheduler, used, plain, heavy };
}

test("the executor of a job is its own, its schedule's, its task's, or the first one", async () => {
  const { scheduler, used, plain, heavy } = setUp();
  await using _ = scheduler;
  await scheduler.runJob(plain, undefined, { id: "a" });
  await scheduler.runJob(heavy, undefined, { id: "b" });
  await scheduler.runJob(heavy, undefined, { id: "c", executor: "hard" });
  await scheduler.runJob(heavy, undefined, { id: "d", executor: null });
  assert.deepEqual(used, ["default a", "cpu b", "hard c", "default d"]);
  await scheduler.addSchedule(heavy, date("2020-01-01"), { id: "once", executor: "hard" });
  await scheduler.runUntilIdle();
  assert.match(used[4] ?? "", /^hard /);
});

test("a job that asks for an executor that is not there fails, naming those that are", async () => {
  const { scheduler, plain } = setUp();
  await using _ = scheduler;
  const running = scheduler.runJob(plain, undefined, { executor: "gpu" });
  await assert.rejects(running, /'gpu' is not configured; there is default, cpu, hard/);
});
