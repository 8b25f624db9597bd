import assert from "node:assert/strict";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { currentJob } from "../../../src/context/current_job.ts";
import { task } from "../../../src/registry/task.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { date } from "../../../src/triggers/date.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

const TEN_YEARS = 3652 * 24 * 3_600_000;

const stores = [["memory", memory], ["libsql", () => libsql(":memory:")]] as const;

for (const [name, makeStore] of stores) {
  test(`a schedule that fired while the clock ran ahead by years continues, ${name}`, async () => {
    const { clock, scheduler, note, fires, events } = setUp({ store: makeStore() });
    await using _ = scheduler;
    await scheduler.addSchedule(note, cron("0 * * * *"), { id: "hourly" });
    await scheduler.startInBackground();
    await clock.advance({ minutes: 30 });
    clock.jump(TEN_YEARS);
    await clock.advance({ hours: 1 });
    assert.equal(fires.at(-1), "2036-01-01T01:00:00Z");
    clock.jump(-TEN_YEARS);
    await clock.advance({ hours: 3 });
    assert.deepEqual(fires.slice(-3), [
      "2026-01-01T02:00:00Z",
      "2026-01-01T03:00:00Z",
      "2026-01-01T04:00:00Z",
    ]);
    const schedule = await (await scheduler.getSchedule("hourly")).get();
    assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T05:00:00Z");
    assert.ok(events.some((event) => event.type === "scheduleUpdated" && event.scheduleId === "hourly"));
  });

  test(`a fire that has its job from while the clock ran ahead does not run twice, ${name}`, async () => {
    const { clock, scheduler, note, fires } = setUp({ store: makeStore() });
    await using _ = scheduler;
    await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m" });
    await scheduler.startInBackground();
    clock.jump(30 * 60_000);
    await clock.advance({ minutes: 11 });
    assert.deepEqual(fires, ["2026-01-01T00:00:00Z", "2026-01-01T00:40:00Z"]);
    clock.jump(-30 * 60_000);
    await clock.advance({ minutes: 40 });
    assert.deepEqual(fires.slice(2), [
      "2026-01-01T00:20:00Z",
      "2026-01-01T00:30:00Z",
      "2026-01-01T00:50:00Z",
    ]);
    assert.equal((await (await scheduler.getSchedule("m")).get()).counters.runs, 5);
  });

  test(`a rate that was used while the clock ran ahead lets jobs start again, ${name}`, async () => {
    const clock = new VirtualClock("2026-01-01T00:00Z");
    let runs = 0;
    const limited = task({
      name: "limited",
      rateLimit: { limit: 5, per: { seconds: 2 } },
      run: () => void runs++,
    });
    await using scheduler = new Scheduler({ clock, tasks: [limited], store: makeStore() });
    await scheduler.startInBackground();
    clock.jump(3_600_000);
    for (let i = 0; i < 10; i++) await scheduler.addJob(limited);
    await clock.advance({ seconds: 1 });
    assert.equal(runs, 5);
    clock.jump(-3_600_000);
    await clock.advance({ seconds: 4 });
    assert.equal(runs, 10);
  });
}

test("a schedule that was added, finished or changed while the clock ran ahead continues", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, date("2030-01-01T00:00Z"), { id: "once" });
  await scheduler.addSchedule(note, cron("0 12 * * *", { end: "2031-01-01" }), { id: "ends" });
  clock.jump(TEN_YEARS);
  await scheduler.addSchedule(note, interval({ hours: 6 }), { id: "added" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  const statusOf = async (id: string) => (await (await scheduler.getSchedule(id)).get()).status;
  assert.equal(await statusOf("ends"), "finished");
  clock.jump(-TEN_YEARS);
  await scheduler.addSchedule(note, interval({ days: 99 }), { id: "wakes" });
  await clock.advance({ days: 1 });
  const counted = fires.filter((fire) => fire?.startsWith("2026"));
  assert.deepEqual(counted.filter((fire) => fire?.includes("T12:00:00Z")), ["2026-01-01T12:00:00Z"]);
  assert.equal(counted.filter((fire) => fire?.includes(":01:00Z")).length, 1 + 5);
  assert.equal(await statusOf("ends"), "active");
  assert.equal(await statusOf("once"), "finished", "its only fire has had its job");
});

test("a schedule that counts from the end of its runs continues when the clock is set back", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, fixedDelay({ minutes: 10 }), { id: "after" });
  await scheduler.startInBackground();
  clock.jump(TEN_YEARS);
  await clock.advance({ minutes: 11 });
  assert.equal(fires.at(-1), "2036-01-01T00:10:00Z");
  clock.jump(-TEN_YEARS);
  await clock.advance({ minutes: 25 });
  assert.equal(fires.at(-1), "2026-01-01T00:30:00Z");
});

test("a clock that is set back by less than a minute only makes fires wait", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "m" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  clock.jump(-59_000);
  await clock.advance({ seconds: 119 });
  assert.deepEqual(fires.slice(3), ["2026-01-01T00:03:00Z"]);
});

test("the work of a scheduler whose lease was given while the clock ran ahead is taken over", async () => {
  const clock = new VirtualClock("2026-01-01T00:00Z");
  const store = memory();
  const ran: number[] = [];
  const work = task({ name: "work", run: () => void ran.push(currentJob().attempt) });
  clock.jump(TEN_YEARS);
  const process = { hostname: "elsewhere", pid: 1, bootId: null, pidNamespace: null, startedAt: null };
  await store.open({ clock });
  const { incarnation } = await store.registerScheduler({
    name: "gone",
    role: "both",
    tasks: [{ name: "work", version: 1 }],
    tags: [],
    process,
    leaseMs: 30_000,
  });
  await using client = new Scheduler({ clock, tasks: [work], store, role: "client" });
  const job = await client.addJob(work);
  await store.claimJobs({ incarnation, tasks: [{ name: "work", version: 1 }], limit: 1 });
  assert.equal((await job.status()).state, "running");
  clock.jump(-TEN_YEARS);
  await using scheduler = new Scheduler({ clock, tasks: [work], store });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  assert.deepEqual(ran, [1]);
});
