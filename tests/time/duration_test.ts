import assert from "node:assert/strict";
import { DURATION_MAX_MS, type DurationInput, durationMs } from "../../src/time/duration.ts";
import { test } from "../harness.ts";
import { refusal } from "../triggers/refusal.ts";

test("durationMs() reads strings of numbers with units, and ISO 8601", () => {
  const cases: Record<string, number> = {
    "30s": 30_000,
    "5m": 300_000,
    "1h30m": 5_400_000,
    " 1h 30m ": 5_400_000,
    "1.5s": 1500,
    "0.5 h": 1_800_000,
    "250ms": 250,
    "2w1d": 1_296_000_000,
    "0s": 0,
    "PT5M": 300_000,
    "P1DT1.5S": 86_401_500,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(durationMs(text, "x"), ms, text);
  for (const text of ["", "5", "5x", "m5", "-5m", "1h-30m", "5M", "1 .5s", "1,5s", "5 minutes"]) {
    assert.match(refusal(() => durationMs(text, "x"), "invalidOption").message, /^x must/, text);
  }
});

test("durationMs() takes fractions that make whole milliseconds, and refuses others", () => {
  const cases: [Temporal.DurationLike, number][] = [
    [{ seconds: 1.5 }, 1500],
    [{ minutes: 0.5 }, 30_000],
    [{ microseconds: 250_000 }, 250],
    [{ nanoseconds: 3_000_000 }, 3],
    [{ seconds: 0.1 }, 100],
    [{ minutes: 0.55 }, 33_000],
    [{ hours: 1 / 3 }, 1_200_000],
    [{ weeks: 1 / 7 }, 86_400_000],
    [{ days: 10_000.1 }, 864_008_640_000],
    [{ milliseconds: 0.5, microseconds: 500 }, 1],
    [{ microseconds: 999, nanoseconds: 1000 }, 1],
    [{ hours: 1, minutes: 30.5, seconds: 0 }, 5_430_000],
  ];
  for (const [duration, ms] of cases) assert.equal(durationMs(duration, "x"), ms, JSON.stringify(duration));
  for (
    const duration of [
      { milliseconds: 0.5 },
      { microseconds: 1500 },
      { nanoseconds: 1 },
      { days: 365, nanoseconds: 1 },
      { seconds: 1.0005 },
      { seconds: 1e-9 },
      { minutes: 1 / 7 },
    ]
  ) {
    assert.match(
      refusal(() => durationMs(duration, "x"), "invalidOption").message,
      /must be whole milliseconds/,
    );
  }
});

test("durationMs() names the unit that does not exist, and what is no number", () => {
  const message = (duration: unknown) =>
    refusal(() => durationMs(duration as DurationInput, "x"), "invalidOption").message;
  assert.match(message({ minute: 5 }), /no unit 'minute'; did you mean 'minutes'\?/);
  assert.match(message({ minutes: 5, secs: 3 }), /no unit 'secs'/);
  assert.match(message({ minutes: "5" }), /minutes is '5'/);
  assert.match(message({ minutes: NaN }), /minutes is NaN/);
  assert.match(message({ minutes: Infinity }), /minutes is Infinity/);
  assert.match(message({ months: 1 }), /years or months/);
  assert.match(message({ hours: 1, minutes: -30 }), /must not be negative/);
  for (const wrong of [{}, [], null, undefined, 5, 5n, true, () => 5, { minutes: undefined }, new Date()]) {
    assert.match(message(wrong), /must be a duration such as/);
  }
  assert.match(message(Temporal.PlainTime.from("01:00")), /must be a duration/);
});

test("durationMs() refuses what is longer than a million days, and names the bound", () => {
  assert.equal(durationMs({ days: 1_000_000 }, "x"), DURATION_MAX_MS);
  for (
    const long of [
      { days: 99_999_999 },
      "99999999d",
      { days: 1_000_000, milliseconds: 1 },
      "9".repeat(400) + "s",
    ]
  ) {
    const { message } = refusal(() => durationMs(long, "x"), "invalidOption");
    assert.match(message, /must be at most 1000000 days/);
  }
  assert.equal(durationMs({ days: 2_000_000 }, "x", Infinity), 2 * DURATION_MAX_MS);
});
