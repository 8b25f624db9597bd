import assert from "node:assert/strict";
import { CarillonError } from "../../../src/errors.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { LibsqlServer, noServer } from "../../stores/server.ts";
import { test } from "../../harness.ts";
import { faulty, refusal, settle, setUp } from "../fixtures.ts";

const quick = task({
  name: "quick",
  schedules: [{ id: "hourly", trigger: interval({ hours: 1 }) }],
  run: () => "ran",
});

function away(retryable = true): Promise<never> {
  return Promise.reject(new CarillonError("storeUnavailable", "Cannot reach it", { retryable }));
}

/** A scheduler whose store fails at one of its calls. */
function failingAt(failing: string) {
  const { store, control, calls } = faulty(memory());
  control.fault = (method) => method === failing ? away() : undefined;
  return { ...setUp({ store, tasks: [quick] }), control, calls };
}

for (const failing of ["open", "putTasks", "registerScheduler", "writeSchedules"]) {
  test(`startInBackground() waits for a store that is away at its ${failing}(), and says it once each way`, async () => {
    const { scheduler, clock, types, control, calls } = failingAt(failing);
    await using _ = scheduler;
    let started = false;
    const starting = scheduler.startInBackground().then(() => started = true);
    await clock.advance({ minutes: 10 });
    assert.deepEqual([started, scheduler.state], [false, "starting"]);
    const attempts = calls.filter((call) => call === failing).length;
    assert.ok(attempts > 20 && attempts < 100, `${attempts} attempts in ten minutes`);
    assert.deepEqual(types("storeFailed", "storeRecovered", "schedulerStarted"), ["storeFailed"]);
    control.fault = undefined;
    await clock.advance({ seconds: 15 });
    await starting;
    assert.deepEqual(types("storeFailed", "storeRecovered", "schedulerStarted"), [
      "storeFailed",
      "storeRecovered",
      "schedulerStarted",
    ]);
    const running = scheduler.runJob(quick);
    await settle(clock);
    assert.equal(await running, "ran");
    assert.equal((await scheduler.getSchedules()).items.length, 1);
  });
}

test("startInBackground() rejects at once what time does not mend, also while it waits", async () => {
  const { scheduler, clock, control } = failingAt("open");
  await using _ = scheduler;
  const starting = assert.rejects(scheduler.startInBackground(), refusal("storeUnavailable"));
  await clock.advance({ minutes: 1 });
  assert.equal(scheduler.state, "starting");
  control.fault = () => away(false);
  await clock.advance({ seconds: 15 });
  await starting;
  assert.equal(scheduler.state, "stopped");
  assert.equal(clock.pendingTimers, 0);
});

test("stop() ends a start that waits for its store", async () => {
  const { scheduler, clock, control, events } = failingAt("open");
  const starting = assert.rejects(scheduler.startInBackground(), refusal("storeUnavailable"));
  await clock.advance({ minutes: 1 });
  await assert.rejects(scheduler.startInBackground(), refusal("schedulerRunning"));
  await scheduler.stop();
  await starting;
  assert.deepEqual([scheduler.state, clock.pendingTimers], ["stopped", 0]);
  const last = events.at(-1);
  assert.ok(last?.type === "schedulerStopped" && last.error === "Cannot reach it");
  control.fault = undefined;
  await scheduler.startInBackground();
  assert.equal(scheduler.state, "running");
  await scheduler.stop();
});

test("runUntilStopped() returns when it is stopped while its store is away", async () => {
  const { scheduler, clock } = failingAt("registerScheduler");
  const running = scheduler.runUntilStopped({ signals: false });
  await clock.advance({ minutes: 1 });
  await scheduler.stop();
  await running;
  assert.deepEqual([scheduler.state, clock.pendingTimers], ["stopped", 0]);
});

test("runUntilIdle(), tick() and open() do not wait for a store that is away", async () => {
  const { scheduler, clock } = failingAt("open");
  await assert.rejects(scheduler.runUntilIdle(), refusal("storeUnavailable"));
  await assert.rejects(scheduler.tick(), refusal("storeUnavailable"));
  await assert.rejects(scheduler.open(), refusal("storeUnavailable"));
  assert.equal(clock.pendingTimers, 0);
});

test("startInBackground() starts when its server comes up late" + (noServer ?? ""), async () => {
  const server = await LibsqlServer.start();
  await server.kill();
  await using scheduler = new Scheduler({ store: libsql(`http://${server.host}`), tasks: [quick] });
  const failed = new Promise<void>((resolve) => {
    scheduler.subscribe(() => resolve(), { types: "storeFailed" });
  });
  const starting = scheduler.startInBackground();
  await failed;
  assert.equal(scheduler.state, "starting");
  await server.restart();
  await starting;
  assert.equal(await scheduler.runJob(quick), "ran");
  await scheduler.stop();
  await server.end();
}, { ignore: noServer !== undefined });

test(
  "startInBackground() rejects at once where the server refuses the token" + (noServer ?? ""),
  async () => {
    const server = await LibsqlServer.start(["--http-auth", "basic:dXNlcjpwYXNz"]);
    await using scheduler = new Scheduler({ store: libsql(`http://${server.host}`, { authToken: "no" }) });
    await assert.rejects(scheduler.startInBackground(), refusal("storeUnavailable", /token/));
    await server.end();
  },
  { ignore: noServer !== undefined },
);
