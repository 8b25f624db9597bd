import assert from "node:assert/strict";
import { z } from "zod";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { eventTypes } from "../../../src/events/event_groups.ts";
import { eventLoop } from "../../../src/executors/event_loop.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, START_MS } from "../fixtures.ts";

const double = task({ name: "double", input: z.number(), run: (n) => n * 2 });

test("a job's events come in order, and the last one carries the very value to local listeners", async () => {
  const value = { map: new Map([["a", 1]]) };
  const rich = task({ name: "rich", run: () => value });
  const { scheduler, clock, events } = setUp({ tasks: [rich] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(rich, undefined, { delay: { seconds: 2 } });
  await clock.advance({ seconds: 3 });
  const own = events.filter((event) => "jobId" in event && event.jobId === id);
  assert.deepEqual(own.map((event) => event.type), ["jobAdded", "jobClaimed", "jobStarted", "jobFinished"]);
  const last = own.at(-1);
  assert.ok(last?.type === "jobFinished");
  assert.equal(last.local?.value, value);
  assert.deepEqual([last.outcome, last.latenessMs, last.durationMs, last.atMs], [
    "success",
    0,
    0,
    START_MS + 2000,
  ]);
  assert.equal(last.store, "main");
});

test("a job that fails carries the very error to local listeners, and what is stored to all", async () => {
  const error = new TypeError("wrong");
  const failing = task({
    name: "failing",
    run() {
      throw error;
    },
  });
  const { scheduler, events } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(failing));
  const last = events.find((event) => event.type === "jobFinished");
  assert.ok(last?.type === "jobFinished");
  assert.equal(last.local?.error, error);
  assert.deepEqual([last.error?.name, last.error?.message], ["TypeError", "wrong"]);
});

test("a listener that throws or rejects is logged and stops nothing", async () => {
  const logged: unknown[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (line: string) => void logged.push(line) };
  const { scheduler, types } = setUp({ tasks: [double], logger });
  await using _ = scheduler;
  scheduler.subscribe(() => {
    throw new Error("listener");
  }, { types: "jobAdded" });
  scheduler.subscribe(() => Promise.reject(new Error("later")), { types: "jobFinished" });
  assert.equal(await scheduler.runJob(double, 1), 2);
  assert.deepEqual(types("jobFinished"), ["jobFinished"]);
  await scheduler.stop();
  assert.deepEqual(logged, ["a listener failed", "a listener failed"]);
});

test("a listener may call the scheduler: what it sets off comes after", async () => {
  const { scheduler, clock, events } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  scheduler.subscribe((event) => scheduler.addJob(double, 2, { id: `after-${event.jobId}` }), {
    types: "jobFinished",
    once: true,
  });
  await scheduler.addJob(double, 1, { id: "first" });
  await settle(clock);
  const finished = events.flatMap((event) => event.type === "jobFinished" ? [event.jobId] : []);
  assert.deepEqual(finished, ["first", "after-first"]);
});

test("events() iterates what happens, of the kinds asked for, until it is left", async () => {
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const stream = scheduler.events(["jobAdded", "jobFinished"]);
  await scheduler.runJob(double, 1);
  const types: string[] = [];
  for await (const event of stream) {
    types.push(event.type);
    if (event.type === "jobFinished") break;
  }
  assert.deepEqual(types, ["jobAdded", "jobFinished"]);
});

test("stores and executors are reported as they come and go", async () => {
  const { scheduler, clock, events, types } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addStore("second", memory());
  const handle = await scheduler.addJob(double, 4, { store: "second" });
  await settle(clock);
  assert.equal(await handle.result(), 8);
  await assert.rejects(scheduler.addStore("second", memory()), refusal("invalidOption", /'second'/));
  await scheduler.removeStore("second");
  await assert.rejects(scheduler.addJob(double, 4, { store: "second" }), refusal("unknownStore", /'second'/));
  await assert.rejects(scheduler.removeStore("second"), refusal("unknownStore"));
  scheduler.addExecutor("extra", eventLoop());
  assert.throws(() => scheduler.addExecutor("extra", eventLoop()), refusal("invalidOption", /'extra'/));
  await scheduler.removeExecutor("extra");
  await assert.rejects(scheduler.removeExecutor("extra"), refusal("unknownExecutor"));
  const wanted = types("storeAdded", "storeRemoved", "executorAdded", "executorRemoved");
  assert.deepEqual(wanted, ["storeAdded", "storeRemoved", "executorAdded", "executorRemoved"]);
  const added = events.find((event) => event.type === "storeAdded");
  assert.ok(added?.type === "storeAdded" && added.subject === "second");
});

test("a store that cannot be opened is not added", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const broken = new Proxy(memory(), {
    get: (target, key) =>
      key === "open" ? () => Promise.reject(new Error("locked")) : Reflect.get(target, key, target),
  });
  await assert.rejects(scheduler.addStore("broken", broken), /locked/);
  assert.deepEqual(scheduler.storeNames, ["main"]);
  const running = scheduler.runJob(double, 1);
  await settle(clock);
  assert.equal(await running, 2);
});

test("removeStore() lets what runs of it finish, and tells those who wait for the rest", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow = task({ name: "slow", run: () => promise });
  const { scheduler, clock } = setUp({ tasks: [slow], stores: { a: memory(), b: memory() } });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = scheduler.runJob(slow, undefined, { store: "b" });
  await settle(clock);
  const queued = await scheduler.addJob(slow, undefined, { store: "b" });
  const refused = assert.rejects(queued.result(), refusal("storeClosed", /'b'/));
  const removing = scheduler.removeStore("b");
  await settle(clock);
  resolve("done");
  await removing;
  assert.equal(await running, "done");
  await refused;
  assert.deepEqual(scheduler.storeNames, ["a"]);
});

test("an executor that is not there fails the job with the known ones", async () => {
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await assert.rejects(
    scheduler.runJob(double, 1, { executor: "worker" }),
    refusal("jobFailed", /'worker' is not configured.*eventLoop/),
  );
});

test("an event broker that throws stops nothing", async () => {
  const { scheduler } = setUp({
    tasks: [double],
    broker: {
      kind: "test",
      connect: () =>
        Promise.resolve({
          publish() {
            throw new Error("no network");
          },
          close: () => Promise.reject(new Error("no network")),
        }),
    },
  });
  await using _ = scheduler;
  assert.equal(await scheduler.runJob(double, 1), 2);
});

test("every published event has a known kind and the alias of its store", async () => {
  const { scheduler, clock, events } = setUp({ tasks: [double], stores: { one: memory() } });
  await scheduler.startInBackground();
  const schedule = await scheduler.addSchedule(double, interval({ seconds: 1 }), { id: "s", input: 1 });
  await clock.advance({ seconds: 3 });
  await schedule.pause();
  await schedule.resume();
  await schedule.update({ description: "x" });
  await schedule.remove();
  await scheduler.pauseTask(double);
  await scheduler.resumeTask(double);
  await scheduler.stop();
  for (const event of events) {
    assert.ok(eventTypes.includes(event.type), event.type);
    assert.ok("scheduler" in event || event.store === "one", JSON.stringify(event));
  }
  const told = new Set(events.map((event) => event.type));
  for (
    const type of [
      "scheduleAdded",
      "scheduleFired",
      "schedulePaused",
      "scheduleResumed",
      "scheduleUpdated",
    ] as const
  ) {
    assert.ok(told.has(type), type);
  }
});
