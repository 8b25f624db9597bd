import assert from "node:assert/strict";
import { z } from "zod";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { faulty, gate, refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

const double = task({ name: "double", input: z.number(), run: (n) => n * 2 });

test("runJob() on a scheduler that is not started runs just that job here, recorded", async () => {
  const other = task({ name: "other", run() {} });
  const { scheduler, types } = setUp({ tasks: [double, other] });
  await using _ = scheduler;
  await scheduler.addJob(other);
  await scheduler.addSchedule(other, interval({ seconds: 1 }), { id: "s" });
  assert.equal(await scheduler.runJob(double, 21), 42);
  assert.equal(scheduler.state, "stopped");
  const { items: jobs } = await scheduler.getJobs({ order: "oldest" });
  assert.deepEqual(jobs.map((job) => [job.taskName, job.state, job.attempt]), [
    ["other", "parked", 0],
    ["double", "finished", 1],
  ]);
  assert.equal(jobs[1]?.outcome, "success");
  assert.deepEqual(types("scheduleFired", "schedulerStarting"), []);
  assert.equal((await scheduler.getStore().getSchedulers()).length, 0, "no registration stays");
});

test("runJob() leaves nothing behind that keeps time: no timer, no open store", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  assert.equal(await scheduler.runJob(double, 1), 2);
  assert.equal(clock.pendingTimers, 0);
  await scheduler.stop();
});

test("runJob() needs one write to begin and one to end when nothing is in the way", async () => {
  const { store, calls } = faulty(memory());
  const { scheduler } = setUp({ store, tasks: [double] });
  await using _ = scheduler;
  await scheduler.runJob(double, 1);
  calls.length = 0;
  await scheduler.runJob(double, 2);
  assert.deepEqual(calls.filter((call) => /Jobs$/.test(call) && !call.startsWith("get")), [
    "addJobs",
    "endJobs",
  ]);
});

test("runJob() many times at once on a scheduler that is not started keeps every limit", async () => {
  let running = 0;
  let most = 0;
  const busy = (name: string, maxRunningJobs: number | null) =>
    task({
      name,
      maxRunningJobs,
      async run() {
        most = Math.max(most, ++running);
        await sleep(clock, 1000);
        running--;
        return name;
      },
    });
  const [two, any] = [busy("two", 2), busy("any", null)];
  const { scheduler, clock } = setUp({ tasks: [two, any], maxConcurrentJobs: 5 });
  await using _ = scheduler;
  const limited = Promise.all(Array.from({ length: 6 }, () => scheduler.runJob(two)));
  await clock.advance({ milliseconds: 10 });
  assert.equal(running, 2);
  await clock.advance({ seconds: 5 });
  assert.equal((await limited).length, 6);
  assert.equal(most, 2);
  const all = Promise.all(Array.from({ length: 12 }, () => scheduler.runJob(any)));
  await clock.advance({ seconds: 5 });
  assert.equal((await all).length, 12);
  assert.equal(most, 5);
  assert.equal((await scheduler.getStore().getSchedulers()).length, 0);
});

test("runJob() one after the other and overlapping never loses its registration", async () => {
  const t = task({ name: "t", maxRunningJobs: null, run: () => 1 });
  const { scheduler, clock } = setUp({ tasks: [t] });
  await using _ = scheduler;
  const results: number[] = [];
  for (let i = 0; i < 50; i++) {
    const first = scheduler.runJob(t).then((n) => results.push(n));
    const second = Promise.resolve().then(() => scheduler.runJob(t)).then((n) => results.push(n));
    await first;
    void scheduler.runJob(t).then((n) => results.push(n));
    await second;
  }
  await settle(clock);
  assert.equal(results.length, 150);
});

test("runJob() waits for a slot that another process frees", async () => {
  const end = gate();
  const single = task({
    name: "single",
    async run(_input, { job }) {
      if (job.id === "blocker") await end.opened;
      return job.id;
    },
  });
  const { clock, one, two } = setUpTwo({ tasks: [single] }, { tasks: [single] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await one.scheduler.addJob(single, undefined, { id: "blocker" });
  await settle(clock);
  await one.scheduler.pauseTask(single);
  const solo = two.scheduler.runJob(single, undefined, { id: "solo" });
  await clock.advance({ seconds: 5 });
  assert.equal((await two.scheduler.getJob("solo")).state, "blocked");
  one.scheduler.pause();
  await two.scheduler.resumeTask(single);
  end.open();
  await clock.advance({ seconds: 2 });
  assert.equal(await solo, "solo");
});

test("runJob() on a started scheduler lets any worker of the store take it", async () => {
  const where: string[] = [];
  const here = task({ name: "here", run: () => void where.push(currentScheduler().name) });
  const { clock, one, two } = setUpTwo({ role: "scheduler", tasks: [here] }, {
    tasks: [here],
    role: "worker",
  });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  const running = one.scheduler.runJob(here);
  await settle(clock);
  await running;
  assert.deepEqual(where, ["two"]);
});

test("runJob() with role client waits for a worker elsewhere", async () => {
  const { clock, one, two } = setUpTwo({ role: "client", tasks: [double] }, { tasks: [double] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  let done = false;
  const running = one.scheduler.runJob(double, 5).finally(() => done = true);
  await clock.advance({ seconds: 30 });
  assert.equal(done, false);
  await two.scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.equal(await running, 10);
});

test("runJob() with a delay waits for it", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const running = scheduler.runJob(double, 3, { delay: { seconds: 90 } });
  await clock.advance({ seconds: 89 });
  assert.equal((await scheduler.countJobs()).finished, 0);
  await clock.advance({ seconds: 1 });
  assert.equal(await running, 6);
});

test("runJob() throws what became of the job, with the task's own error as the cause", async () => {
  const failing = task({
    name: "failing",
    run() {
      throw new RangeError("too far", { cause: new Error("root") });
    },
  });
  const { scheduler } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(failing), (error: Error) => {
    const cause = error.cause as Error;
    assert.deepEqual([cause.name, cause.message], ["RangeError", "too far"]);
    assert.match(cause.stack ?? "", /run_job_test/);
    assert.equal((cause.cause as Error).message, "root");
    return refusal("jobFailed", /task 'failing' failed: too far/)(error);
  });
});

test("stop() lets a runJob() of a scheduler that is not started finish", async () => {
  const end = gate();
  const slow = task({
    name: "slow",
    async run() {
      await end.opened;
      return "finished";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  const running = scheduler.runJob(slow);
  await settle(clock);
  const stopping = scheduler.stop();
  await settle(clock);
  end.open();
  assert.equal(await running, "finished");
  await stopping;
  assert.equal(clock.pendingTimers, 0);
});

test("stop() gives up waiting for a job that does not run here, and lets the store go", async () => {
  const store = memory();
  const { scheduler, clock } = setUp({ store, tasks: [double] });
  const running = assert.rejects(
    scheduler.runJob(double, 1, { delay: { hours: 1 } }),
    refusal("schedulerStopped"),
  );
  await settle(clock);
  await scheduler.stop();
  await running;
  assert.equal(clock.pendingTimers, 0);
  await assert.rejects(store.getSchedulers(), refusal("storeClosed"));
  await store.open({ clock });
  assert.deepEqual(await store.getSchedulers(), []);
  await store.close();
});
