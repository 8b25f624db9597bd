import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

const one = cron("0 1 * * *");
const three = cron("0 3 * * *");

/** A scheduler that is not started, with a schedule whose 01:00 is owed, at 02:00 of the second day. */
async function owing(options: Parameters<typeof setUp>[0] = {}) {
  const test = setUp(options);
  await test.scheduler.addSchedule(test.note, one, { id: "s" });
  await test.clock.advance({ hours: 26 });
  const get = async () => (await test.scheduler.getSchedule("s")).get();
  return { ...test, get };
}

test("what was owed before a trigger is changed is still owed, whichever call changes it", async () => {
  const changes = {
    update: (t: Awaited<ReturnType<typeof owing>>) => t.scheduler.updateSchedule("s", { trigger: three }),
    add: (t: Awaited<ReturnType<typeof owing>>) => t.scheduler.addSchedule(t.note, three, { id: "s" }),
  };
  for (const change of Object.values(changes)) {
    const t = await owing();
    await using scheduler = t.scheduler;
    await change(t);
    await scheduler.startInBackground();
    await t.clock.advance({ hours: 2 });
    assert.deepEqual(t.fires, ["2026-01-02T01:00:00Z", "2026-01-02T03:00:00Z"]);
    const { counters, nextFireTime } = await t.get();
    assert.deepEqual([counters.runs, counters.coalesced], [2, 1]);
    assert.equal(nextFireTime?.toString(), "2026-01-03T03:00:00Z");
  }
});

test("applySchedules() and a declared schedule with another trigger keep what was owed", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const apply = (trigger: typeof one) =>
    scheduler.applySchedules([{ id: "s", task: note, trigger }], { group: "g" });
  await apply(one);
  await clock.advance({ hours: 2 });
  await apply(three);
  await scheduler.startInBackground();
  await clock.advance({ hours: 2 });
  assert.deepEqual(fires, ["2026-01-01T01:00:00Z", "2026-01-01T03:00:00Z"]);
});

test("misfire grace decides about what was owed under the former trigger, and counts it", async () => {
  const t = await owing();
  await using scheduler = t.scheduler;
  await scheduler.updateSchedule("s", { trigger: three, misfireGraceTime: { minutes: 5 } });
  await scheduler.startInBackground();
  await t.clock.advance({ minutes: 1 });
  assert.deepEqual(t.fires, []);
  assert.equal((await t.get()).counters.missed, 2);
  assert.equal((await t.get()).nextFireTime?.toString(), "2026-01-02T03:00:00Z");
});

test("what the former trigger owed is settled in steps, and further changes replace only the new one", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ seconds: 1 }), { id: "s", coalesce: "all", overlap: "allow" });
  await clock.advance({ milliseconds: 2_499_500 });
  await scheduler.updateSchedule("s", { trigger: interval({ hours: 1 }) });
  await scheduler.updateSchedule("s", { trigger: interval({ hours: 2 }) });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 60 });
  assert.equal(fires.length, 2500);
  assert.equal(new Set(fires).size, 2500);
  const schedule = await (await scheduler.getSchedule("s")).get();
  assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T02:00:00Z");
  assert.equal(schedule.counters.runs, 2500);
});

test("a schedule that is to follow the end of its runs settles its former trigger first", async () => {
  const t = await owing();
  await using scheduler = t.scheduler;
  await scheduler.updateSchedule("s", { trigger: fixedDelay({ hours: 1 }) });
  await scheduler.startInBackground();
  await t.clock.advance({ hours: 2 });
  assert.deepEqual(t.fires, ["2026-01-02T01:00:00Z", "2026-01-02T03:00:00Z", "2026-01-02T04:00:00Z"]);
});

test("a former trigger that cannot be read any more holds up nothing", async () => {
  const store = memory();
  const t = await owing({ store });
  await using scheduler = t.scheduler;
  await scheduler.updateSchedule("s", { trigger: three });
  const [record] = await store.getSchedules({ ids: ["s"] });
  const { seq, version, createdAtMs: _c, updatedAtMs: _u, failedRuns: _f, ...content } = record!;
  const formerTrigger = { trigger: { kind: "gone" }, untilMs: content.formerTrigger!.untilMs };
  const expected = { id: "s", seq, version };
  await store.writeSchedules({ puts: [{ expected, schedule: { ...content, formerTrigger } }] });
  await scheduler.startInBackground();
  await t.clock.advance({ hours: 26 });
  assert.equal(t.fires.at(-1), "2026-01-03T03:00:00Z");
});

test("resuming a schedule from now counts and reports what it gives up", async () => {
  const { clock, scheduler, note, fires, events } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "s" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 30 });
  await scheduler.pauseSchedule("s");
  await clock.advance({ hours: 5 });
  await scheduler.updateSchedule("s", { trigger: interval({ hours: 2 }) });
  await clock.advance({ hours: 4 });
  const resumed = await scheduler.resumeSchedule("s", { resumeFrom: "now" });
  assert.equal(
    resumed.counters.skipped,
    5 + 2,
    "01:00 to 05:00 by the former trigger, 06:00 and 08:00 by the new one",
  );
  assert.equal(resumed.nextFireTime?.toString(), "2026-01-01T10:00:00Z");
  const skipped = events.find((event) => event.type === "firesSkipped");
  assert.equal(skipped && "count" in skipped && skipped.count, 7);
  await clock.advance({ hours: 1 });
  assert.deepEqual(fires, ["2026-01-01T00:00:00Z", "2026-01-01T10:00:00Z"]);
});

test("resuming within what the former trigger owes keeps the rest of it", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "s", coalesce: "all", overlap: "allow" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 30 });
  await scheduler.pauseSchedule("s");
  await clock.advance({ hours: 4 });
  await scheduler.updateSchedule("s", { trigger: interval({ days: 1 }) });
  await scheduler.resumeSchedule("s", { resumeFrom: "2026-01-01T03:00:00Z" });
  await clock.advance({ minutes: 1 });
  assert.deepEqual(fires.slice(1), ["2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z"]);
});

test("a schedule that had run as often as it might continues when it may run more often", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const add = (maxRuns: number) =>
    scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "s", maxRuns });
  await add(2);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 10 });
  assert.equal(fires.length, 2);
  assert.equal((await scheduler.updateSchedule("s", { maxRuns: 4 })).status, "active");
  await clock.advance({ seconds: 630 });
  assert.equal(fires.length, 4);
  assert.equal((await (await add(5)).get()).status, "active");
  await clock.advance({ minutes: 10 });
  assert.equal(fires.length, 5);
  assert.equal((await (await add(5)).get()).status, "finished");
});
