import assert from "node:assert/strict";
import { cron } from "../../src/triggers/cron/cron.ts";
import { interval } from "../../src/triggers/interval.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

const daily = cron("0 9 * * *", { timeZone: "Europe/Berlin" });

test("preview() shows fires in the trigger's zone, else in that of its start, else in UTC", () => {
  const from = Temporal.Instant.from("2026-01-01T00:00Z");
  assert.equal(daily.preview({ from, limit: 1 })[0]?.toString(), "2026-01-01T09:00:00+01:00[Europe/Berlin]");
  const hourly = interval({ hours: 1 });
  const zoned = from.toZonedDateTimeISO("Asia/Tokyo");
  assert.equal(hourly.preview({ from: zoned, limit: 1 })[0]?.timeZoneId, "Asia/Tokyo");
  assert.equal(hourly.preview({ from, limit: 1 })[0]?.timeZoneId, "UTC");
});

test("preview() begins and ends inclusively, and shows ten fires unless told", () => {
  const from = Temporal.Instant.from("2026-01-01T08:00Z");
  const until = Temporal.Instant.from("2026-01-03T08:00Z");
  assert.equal(daily.preview({ from }).length, 10);
  assert.equal(daily.preview({ from, until }).length, 3);
  assert.equal(daily.preview({ from, until, limit: Infinity }).length, 3);
  assert.equal(daily.preview({ from: from.add({ nanoseconds: 1 }), until }).length, 2);
  assert.equal(daily.preview({ from, limit: 0 }).length, 0);
  for (const limit of [-1, 1.5, NaN, Infinity]) {
    refusal(() => daily.preview({ from, limit }), "invalidOption");
  }
});

test("preview() and nextAfter() take points in time in every form, local ones in the trigger's zone", () => {
  const instant = Temporal.Instant.from("2025-12-31T23:00Z");
  const ms = instant.epochMilliseconds;
  for (const from of [instant, ms, new Date(ms), "2026-01-01", "2025-12-31T23:00Z"]) {
    assert.equal(daily.preview({ from, limit: 1 })[0]?.epochMilliseconds, ms + 9 * 3_600_000);
    assert.equal(daily.nextAfter(from)?.epochMilliseconds, ms + 9 * 3_600_000);
  }
});

test("preview() with an end and no limit shows up to 10,000 fires, and refuses more", () => {
  const minutely = interval({ minutes: 1 });
  assert.equal(minutely.preview({ from: 0, until: 9_999 * 60_000 }).length, 10_000);
  const { message } = refusal(() => minutely.preview({ from: 0, until: 10_000 * 60_000 }), "invalidOption");
  assert.match(message, /more than 10000 fires/);
  assert.equal(minutely.preview({ from: 0, until: 10_000 * 60_000, limit: 3 }).length, 3);
  assert.equal(minutely.preview({ from: 0, until: 10_000 * 60_000, limit: 20_000 }).length, 10_001);
  assert.equal(minutely.preview({ from: 0, until: 10_000 * 60_000, limit: Infinity }).length, 10_001);
});

test("preview() refuses other kinds of values than instants by name", () => {
  const daily = cron("0 9 * * *");
  const from = Temporal.Instant.from("2026-01-01T00:00Z");
  for (const wrong of [undefined, null, "tomorrow", new Date(NaN), 5.5, Temporal.PlainTime.from("09:00")]) {
    const options = { from: wrong as unknown as Temporal.Instant };
    assert.match(refusal(() => daily.preview(options), "invalidOption").message, /^from of preview/);
    if (wrong === undefined) continue;
    const until = { from, until: wrong as unknown as Temporal.Instant };
    assert.match(refusal(() => daily.preview(until), "invalidOption").message, /^until of preview/);
  }
});

test("nextAfterMs() takes any number, and refuses what is none", () => {
  for (const trigger of [daily, interval({ hours: 1 })]) {
    assert.ok(trigger.nextAfterMs(-Infinity) !== undefined);
    assert.equal(trigger.nextAfterMs(Infinity), undefined);
    assert.equal(trigger.nextAfterMs(8.64e15), undefined);
    assert.equal(trigger.nextAfterMs(0.5), trigger.nextAfterMs(0));
    for (const wrong of [NaN, undefined]) {
      refusal(() => trigger.nextAfterMs(wrong as number), "invalidOption");
    }
  }
  refusal(() => daily.nextAfter({} as unknown as Temporal.Instant), "invalidOption");
});

test("a trigger cannot be changed", () => {
  assert.throws(() => Object.assign(daily, { timeZone: "UTC" }));
  assert.throws(() => Object.assign(daily, { kind: "date" }));
});
