import assert from "node:assert/strict";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

test("a schedule changed to a fixed delay continues from its last end, however long ago that was", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "s" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 30 });
  await handle.update({ trigger: fixedDelay({ minutes: 10 }) });
  await clock.advance({ minutes: 11 });
  assert.equal((await handle.get()).status, "active");
  assert.deepEqual(fires, ["2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", "2026-01-01T00:40:00Z"]);
});

test("a schedule changed to a fixed delay before its first run fires from its anchor on", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const trigger = interval({ hours: 1 }, { first: "afterPeriod" });
  const handle = await scheduler.addSchedule(note, trigger, { id: "s" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 30 });
  await handle.update({ trigger: fixedDelay({ minutes: 10 }) });
  await clock.advance({ minutes: 11 });
  assert.deepEqual(fires, ["2026-01-01T00:00:00Z", "2026-01-01T00:40:00Z"]);
});
