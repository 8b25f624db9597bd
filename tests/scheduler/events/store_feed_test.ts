import assert from "node:assert/strict";
import { z } from "zod";
import type { CarillonEvent } from "../../../src/events/event.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { interceptStore, type StoreCall } from "../../../src/testing/intercept_store.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { applications } from "../transactions/application.ts";
import { gate, settle, setUp, setUpTwo } from "../fixtures.ts";

const broker = "store";
const double = task({ name: "double", input: z.number(), maxRunningJobs: null, run: (n) => n * 2 });
const stored = ["jobFinished", "jobRemoved"];

/** Types and what they are about, of the events of schedules and tasks, and of ends. */
function facts(events: readonly CarillonEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const by = event.origin ?? "here";
    if ("jobId" in event) return stored.includes(event.type) ? [`${event.type} ${event.jobId} ${by}`] : [];
    if ("scheduleId" in event && event.type !== "scheduleFired") {
      return [`${event.type} ${event.scheduleId} ${by}`];
    }
    return event.type.startsWith("task") && "taskName" in event
      ? [`${event.type} ${event.taskName} ${by}`]
      : [];
  });
}

for (const [name, makeStore] of Object.entries({ memory, libsql: () => libsql(":memory:") })) {
  test(`broker "store" brings listeners what others did, once, and nothing of their own again, on ${name}`, async () => {
    const store = makeStore();
    const { one, two, clock } = setUpTwo({ store, broker, tasks: [double] }, {
      store,
      broker,
      role: "client",
    });
    await using _one = one.scheduler;
    await using _two = two.scheduler;
    await two.scheduler.open();
    await one.scheduler.runJob(double, 1, { id: "ran" });
    const schedule = await one.scheduler.addSchedule(double, interval({ days: 1 }), { id: "s", input: 1 });
    await schedule.pause();
    await schedule.resume();
    await schedule.update({ description: "daily" });
    await schedule.remove();
    await one.scheduler.pauseTask(double);
    await one.scheduler.addJob(double, 1, { id: "cancelled" });
    await one.scheduler.addJob(double, 1, { id: "removed" });
    await one.scheduler.cancelJob("cancelled");
    await one.scheduler.removeJob("removed");
    await settle(clock);
    assert.deepEqual(facts(two.events), [
      "taskAdded double store",
      "jobFinished ran store",
      "scheduleAdded s store",
      "schedulePaused s store",
      "scheduleResumed s store",
      "scheduleUpdated s store",
      "scheduleRemoved s store",
      "taskPaused double store",
      "jobFinished cancelled store",
      "jobFinished removed store",
    ]);
    assert.deepEqual(facts(one.events).filter((fact) => fact.endsWith(" store")), []);
    await two.scheduler.resumeTask("double");
    await two.scheduler.addJob(double, 1, { id: "theirs" });
    await two.scheduler.cancelJob("theirs");
    await settle(clock);
    assert.deepEqual(facts(one.events).filter((fact) => fact.endsWith(" store")), [
      "taskResumed double store",
      "jobFinished theirs store",
    ]);
    assert.deepEqual(facts(two.events).filter((fact) => fact.endsWith(" here")), [
      "taskResumed double here",
      "jobFinished theirs here",
    ]);
  });
}

/** A store whose calls of one kind are answered only when the test lets them. */
function answeringLate(store: DataStore, name: StoreCall["name"]) {
  const { opened, open } = gate();
  let holds = false;
  const late = interceptStore(store, async (call, proceed) => {
    const answer = await proceed();
    if (holds && call.name === name) await opened;
    return answer;
  });
  return { late, hold: () => holds = true, open };
}

test('broker "store" does not take for others\' what this scheduler wrote and has not told yet', async () => {
  const store = memory();
  const { late, hold, open } = answeringLate(store, "cancelJobs");
  const { one, two, clock } = setUpTwo({ store: late, broker, tasks: [double] }, { store, tasks: [double] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.addJob(double, 1, { id: "mine" });
  hold();
  const cancelling = one.scheduler.cancelJob("mine");
  await settle(clock);
  // It is in the feed, and somebody else makes this scheduler read that.
  await two.scheduler.runJob(double, 1, { id: "theirs" });
  await settle(clock);
  assert.deepEqual(facts(one.events).filter((fact) => fact.startsWith("jobFinished")), []);
  open();
  await cancelling;
  await settle(clock);
  assert.deepEqual(facts(one.events).filter((fact) => fact.startsWith("jobFinished")), [
    "jobFinished mine here",
    "jobFinished theirs store",
  ]);
});

test('broker "store" does not take the ends of many jobs of its own for those of others', async () => {
  const { one, two, clock } = setUpTwo({ broker, tasks: [double] }, { tasks: [double] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.open();
  const all = Array.from({ length: 1200 }, (_, n) => one.scheduler.runJob(double, n, { id: `mine-${n}` }));
  await Promise.all(all);
  await two.scheduler.runJob(double, 1, { id: "theirs" });
  await settle(clock);
  const ends = facts(one.events).filter((fact) => fact.startsWith("jobFinished"));
  assert.equal(ends.length, 1201);
  assert.deepEqual(ends.filter((fact) => fact.endsWith(" store")), ["jobFinished theirs store"]);
});

test('broker "store" reads nothing of what happens without listeners, and reports nothing of it later', async () => {
  const store = memory();
  const limits: number[] = [];
  const counting = interceptStore(store, (call, proceed) => {
    if (call.name === "readChanges") limits.push(call.args[0].limit);
    return proceed();
  });
  const { scheduler, clock } = setUp({ store, tasks: [double] });
  await using _ = scheduler;
  await using reader = new Scheduler({ clock, store: counting, broker, role: "client" });
  await reader.open();
  await scheduler.runJob(double, 1, { id: "unheard" });
  await settle(clock);
  assert.ok(limits.length > 0 && limits.every((limit) => limit === 0), `${limits}`);
  const events: CarillonEvent[] = [];
  reader.subscribe((event) => events.push(event));
  await scheduler.runJob(double, 1, { id: "heard" });
  await settle(clock);
  assert.deepEqual(facts(events), ["jobFinished heard store"]);
});

for (const [kind, { make, skip }] of Object.entries(applications)) {
  test(
    `broker "store" leaves a job that its own function completed, ${kind}, to its runner`,
    async () => {
      const application = await make();
      const { opened, open } = gate();
      const { opened: committed, open: commit } = gate();
      const pay = task({
        name: "pay",
        async run(_input, { completeIn }) {
          const { transaction, commit: commitIt } = await application.begin();
          await completeIn(transaction, "receipt");
          await commitIt();
          commit();
          await opened;
          return "receipt";
        },
      });
      await using payer = new Scheduler({ store: application.store, broker, tasks: [pay, double] });
      await using other = new Scheduler({ store: application.another(), tasks: [double] });
      const ends: string[] = [];
      const heard = [gate(), gate()] as const;
      payer.subscribe(({ jobId, origin }) => {
        ends.push(`${jobId} ${origin ?? "here"}`);
        heard[ends.length - 1]?.open();
      }, { types: "jobFinished" });
      // Started, so that its timers keep the process alive.
      await payer.startInBackground();
      const paying = payer.runJob(pay, undefined, { id: "paid" });
      await committed;
      await other.runJob(double, 1, { id: "theirs" });
      await heard[0].opened;
      open();
      await Promise.all([paying, heard[1].opened]);
      assert.deepEqual(ends, ["theirs store", "paid here"]);
      await payer.stop();
      await other.stop();
      await application.end();
    },
    { ignore: skip !== undefined },
  );
}

test('broker "store" continues after the store has failed it', async () => {
  const store = memory();
  let fails = false;
  const failing = interceptStore(
    store,
    (call, proceed) =>
      fails && call.name === "readChanges" ? Promise.reject(new Error("no disk")) : proceed(),
  );
  const { one, two, clock } = setUpTwo({ store, tasks: [double] }, {
    store: failing,
    broker,
    role: "client",
  });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await two.scheduler.open();
  fails = true;
  await one.scheduler.runJob(double, 1, { id: "a" });
  await settle(clock);
  assert.deepEqual(facts(two.events), []);
  fails = false;
  await one.scheduler.runJob(double, 1, { id: "b" });
  await settle(clock);
  assert.deepEqual(facts(two.events).filter((fact) => fact.startsWith("jobFinished")), [
    "jobFinished a store",
    "jobFinished b store",
  ]);
});
