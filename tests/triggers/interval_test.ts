import assert from "node:assert/strict";
import type { DurationInput } from "../../src/time/duration.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { IntervalOptions } from "../../src/triggers/interval.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

test("interval() counts exact elapsed time from its start, also where the clock changes", () => {
  const hourly = interval({ hours: 1 }, { start: "2026-03-29T00:30Z" });
  const fires = hourly.preview({ from: Temporal.Instant.from("2026-03-29T00:00Z"), limit: 3 });
  assert.deepEqual(fires.map((fire) => fire.toInstant().toString()), [
    "2026-03-29T00:30:00Z",
    "2026-03-29T01:30:00Z",
    "2026-03-29T02:30:00Z",
  ]);
  const tenYearsLater = hourly.nextAfterMs(Date.UTC(2036, 2, 29));
  assert.equal(tenYearsLater, Date.UTC(2036, 2, 29, 0, 30));
});

test("interval() fires at its start or one period later", () => {
  const start = Temporal.Instant.from("2026-01-01T00:00Z");
  const [atMs, everyMs] = [start.epochMilliseconds, 90_000];
  const atStart = interval({ seconds: 90 }, { start });
  const afterPeriod = interval("PT1M30S", { start, first: "afterPeriod" });
  assert.equal(atStart.nextAfterMs(0), atMs);
  assert.equal(afterPeriod.nextAfterMs(0), atMs + everyMs);
  assert.equal(afterPeriod.nextAfterMs(atMs), atMs + everyMs);
  assert.equal(atStart.nextAfterMs(atMs), atMs + everyMs);
  assert.equal(atStart.nextAfterMs(atMs + everyMs - 1), atMs + everyMs);
});

test("interval() counts from the anchor when it has no start, and from 1970 when it has neither", () => {
  const anchor = Temporal.Instant.from("2026-01-01T00:00:07.123Z");
  const every = interval({ seconds: 10 });
  assert.equal(every.nextAfterMs(anchor.epochMilliseconds - 1, { anchor }), anchor.epochMilliseconds);
  assert.equal(every.nextAfterMs(anchor.epochMilliseconds, { anchor }), anchor.epochMilliseconds + 10_000);
  assert.equal(every.nextAfterMs(anchor.epochMilliseconds), Date.UTC(2026, 0, 1, 0, 0, 10));
});

test("interval() ends inclusively, and at the end of time", () => {
  const options = { start: "2026-01-01T00:00Z", end: "2026-01-01T00:02Z" };
  const every = interval({ minutes: 1 }, options);
  assert.equal(every.preview({ from: Temporal.Instant.from("2025-01-01T00:00Z") }).length, 3);
  assert.equal(every.nextAfterMs(Date.UTC(2026, 0, 1, 0, 2)), undefined);
  assert.equal(interval({ hours: 1 }).nextAfterMs(8.64e15), undefined);
});

test("interval() reads a local start in the zone it is given", () => {
  const local = interval({ hours: 1 }, { start: "2026-01-01 09:00", first: "afterPeriod" });
  const inTokyo = local.withTimeZone("Asia/Tokyo");
  assert.equal(inTokyo.nextAfterMs(0), Date.UTC(2026, 0, 1, 1));
  assert.equal(interval({ hours: 1 }).withTimeZone("Asia/Tokyo").timeZone, undefined);
});

test("interval() takes fractions that make whole milliseconds, and short strings", () => {
  const everyMs = (every: DurationInput) => interval(every).toJSON()["everyMs"];
  assert.equal(everyMs({ seconds: 1.5 }), 1500);
  assert.equal(everyMs({ minutes: 0.5 }), 30_000);
  assert.equal(everyMs({ microseconds: 250_000 }), 250);
  assert.equal(everyMs("1h30m"), 5_400_000);
});

test("interval() refuses lengths that are empty, negative, too fine or not fixed", () => {
  const wrong = [
    {},
    { seconds: 0 },
    { seconds: -1 },
    { microseconds: 500 },
    { nanoseconds: 1 },
    { seconds: 0.0005 },
    { months: 1 },
    { years: 1 },
    "PT0S",
    "-PT1S",
    "5x",
    "",
    5000,
    null,
    undefined,
    { second: 5 },
    [],
    { milliseconds: 1, microseconds: 1 },
  ];
  for (const every of wrong) {
    refusal(() => interval(every as object), "invalidTrigger", JSON.stringify(every));
  }
  assert.match(refusal(() => interval({ microseconds: 500 })).message, /whole milliseconds/);
  assert.match(refusal(() => interval({ months: 1 })).message, /calendarInterval/);
  assert.match(refusal(() => interval({ minute: 1 } as object)).message, /did you mean 'minutes'/);
  refusal(() => interval({ hours: 1 }, { first: "now" } as unknown as IntervalOptions));
  refusal(() => interval({ hours: 1 }, { start: "2026-01-02", end: "2026-01-01" }));
});
