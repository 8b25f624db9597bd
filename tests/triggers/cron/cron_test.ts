import assert from "node:assert/strict";
import { cron } from "../../../src/triggers/cron/cron.ts";
import type { CronOptions } from "../../../src/triggers/cron/cron.ts";
import { test } from "../../harness.ts";
import { refusal } from "../refusal.ts";

function fires(text: string, options: CronOptions, from: string, limit: number): string {
  const shown = cron(text, options).preview({ from: Temporal.Instant.from(from), limit });
  return shown.map((fire) => `${fire.toPlainDateTime().toString().slice(5, 16)}${fire.offset}`).join(" ");
}

const berlin = { timeZone: "Europe/Berlin" };
const SPRING = "2026-03-28T12:00Z";
const AUTUMN = "2026-10-24T12:00Z";

test("cron() runs fixed times exactly once where the clock changes", () => {
  assert.equal(fires("30 2 * * *", berlin, SPRING, 2), "03-29T03:00+02:00 03-30T02:30+02:00");
  assert.equal(fires("15,30 2 * * *", berlin, SPRING, 2), "03-29T03:00+02:00 03-30T02:15+02:00");
  assert.equal(fires("30 2,3 * * *", berlin, SPRING, 2), "03-29T03:00+02:00 03-29T03:30+02:00");
  assert.equal(
    fires("0 2-4 * * *", berlin, SPRING, 3),
    "03-29T03:00+02:00 03-29T04:00+02:00 03-30T02:00+02:00",
  );
  assert.equal(fires("30 2 * * *", berlin, AUTUMN, 2), "10-25T02:30+02:00 10-26T02:30+01:00");
});

test("cron() follows real time when an hour, minute or second recurs", () => {
  assert.equal(fires("*/30 2 * * *", berlin, SPRING, 1), "03-30T02:00+02:00");
  assert.equal(fires("30 */2 * * *", berlin, "2026-03-28T23:00Z", 2), "03-29T00:30+01:00 03-29T04:30+02:00");
  assert.equal(
    fires("0-59 2 * * *", berlin, SPRING, 1),
    "03-30T02:00+02:00",
    "a range that covers its field",
  );
  assert.equal(fires("30 0-23 * * *", berlin, "2026-10-25T00:00Z", 2), "10-25T02:30+02:00 10-25T02:30+01:00");
  assert.equal(fires("0/30 2 * * *", berlin, "2026-10-25T00:00Z", 4).split(" ").length, 4);
  assert.equal(fires("*/30 2 * * *", berlin, AUTUMN, 4).match(/10-25/g)?.length, 4);
});

test("cron() takes gap and overlap instead of the defaults", () => {
  assert.equal(fires("30 2 * * *", { ...berlin, gap: "skip" }, SPRING, 1), "03-30T02:30+02:00");
  assert.equal(fires("30 2 * * *", { ...berlin, gap: "shift" }, SPRING, 1), "03-29T03:30+02:00");
  assert.equal(fires("*/30 2 * * *", { ...berlin, gap: "after" }, SPRING, 1), "03-29T03:00+02:00");
  assert.equal(
    fires("*/30 2 * * *", { ...berlin, gap: "shift" }, SPRING, 2),
    "03-29T03:00+02:00 03-29T03:30+02:00",
  );
  assert.equal(fires("30 2 * * *", { ...berlin, overlap: "second" }, AUTUMN, 1), "10-25T02:30+01:00");
  const both = fires("30 2 * * *", { ...berlin, overlap: "both" }, AUTUMN, 2);
  assert.equal(both, "10-25T02:30+02:00 10-25T02:30+01:00");
});

test("cron() gives the same answer from both passes of a repeated hour", () => {
  const first = cron("30 2 * * *", berlin);
  const insideSecondPass = Temporal.Instant.from("2026-10-25T01:10Z");
  assert.equal(first.nextAfter(insideSecondPass)?.toString(), "2026-10-26T01:30:00Z");
  const second = cron("30 2 * * *", { ...berlin, overlap: "second" });
  const insideFirstPass = Temporal.Instant.from("2026-10-25T00:10Z");
  assert.equal(second.nextAfter(insideFirstPass)?.toString(), "2026-10-25T01:30:00Z");
});

test("cron() loses nothing after a change of the clock", () => {
  assert.equal(fires("0 0 1 * *", berlin, "2026-03-15T00:00Z", 2), "04-01T00:00+02:00 05-01T00:00+02:00");
  const tuesdays = fires("0 0 * * mon", berlin, "2026-03-24T00:00Z", 1);
  assert.equal(tuesdays, "03-30T00:00+02:00");
  const lordHowe = { timeZone: "Australia/Lord_Howe" };
  assert.equal(fires("30 2 * * *", lordHowe, "2026-10-03T00:00Z", 1), "10-04T02:30+11:00");
  assert.equal(fires("15 2 * * *", lordHowe, "2026-10-03T00:00Z", 1), "10-04T02:30+11:00");
  const apia = { timeZone: "Pacific/Apia" };
  assert.equal(
    fires("0 9 * * *", apia, "2011-12-29T12:00Z", 3),
    "12-29T09:00-10:00 12-31T00:00+14:00 12-31T09:00+14:00",
  );
});

test("cron() keeps to start and end, both inclusive, in its own zone", () => {
  const window = { ...berlin, start: "2026-01-02 09:00", end: "2026-01-04T09:00" };
  assert.equal(
    fires("0 9 * * *", window, "2020-01-01T00:00Z", 9),
    "01-02T09:00+01:00 01-03T09:00+01:00 01-04T09:00+01:00",
  );
  const dates = { ...berlin, start: "2026-01-02", end: "2026-01-04" };
  assert.equal(fires("0 9 * * *", dates, "2020-01-01T00:00Z", 9), "01-02T09:00+01:00 01-03T09:00+01:00");
  assert.equal(fires("0 0 * * *", dates, "2020-01-01T00:00Z", 9).split(" ").length, 3);
  const fraction = { start: Temporal.Instant.from("2026-01-01T12:00:00.5Z") };
  assert.equal(cron("* * * * * *", fraction).nextAfterMs(0), Date.UTC(2026, 0, 1, 12, 0, 1));
});

test("cron() takes points in time of every kind", () => {
  const expected = Date.UTC(2026, 0, 1, 9);
  const starts = [
    Temporal.Instant.from("2026-01-01T09:00Z"),
    Temporal.ZonedDateTime.from("2026-01-01T10:00[Europe/Berlin]"),
    Temporal.PlainDateTime.from("2026-01-01T10:00"),
    new Date(expected),
    "2026-01-01T09:00Z",
    "2026-01-01 10:00",
    "2026-01-01 10:00:00",
    "2026-01-01T10:00+01:00",
    "2026-01-01T10:00[Europe/Berlin]",
  ];
  for (const start of starts) assert.equal(cron("* * * * *", { ...berlin, start }).nextAfterMs(0), expected);
  const midnight = cron("* * * * *", { ...berlin, start: Temporal.PlainDate.from("2026-01-01") });
  assert.equal(midnight.nextAfterMs(0), Date.UTC(2025, 11, 31, 23));
});

test("cron() refuses points in time of the wrong kind by name", () => {
  const wrong: readonly (readonly [value: unknown, name: RegExp])[] = [
    [Temporal.PlainTime.from("09:00"), /start .* got a Temporal.PlainTime/],
    [Temporal.Duration.from("PT1H"), /got a Temporal.Duration/],
    [5.5, /got 5.5/],
    [5n, /got a value of type bigint/],
    [null, /got null/],
    [new Date(NaN), /an invalid Date/],
    ["tomorrow", /got 'tomorrow'/],
    ["2026-02-30", /got '2026-02-30'/],
    ["2026-01-01T25:00", /got '2026-01-01T25:00'/],
    ["2026-01-01T09:00+05:00[Europe/Berlin]", /got/],
    ["2026-1-1", /got/],
    ["", /got ''/],
  ];
  for (const [start, name] of wrong) {
    assert.match(refusal(() => cron("* * * * *", { start: start as string })).message, name);
  }
});

test("cron() refuses options that mean nothing", () => {
  assert.match(
    refusal(() => cron("* * * * *", { timezone: "UTC" } as CronOptions)).message,
    /did you mean 'timeZone'/,
  );
  refusal(() => cron("* * * * *", { gap: "before" } as unknown as CronOptions));
  refusal(() => cron("* * * * *", { overlap: "twice" } as unknown as CronOptions));
  refusal(() => cron("* * * * *", { start: "2026-01-02", end: "2026-01-01" }));
  for (const timeZone of ["Mars/Olympus", "", "Europe/Berln", "2026-01-01T00:00[UTC]", "local"]) {
    refusal(() => cron("* * * * *", { timeZone }), "unknownTimeZone", timeZone);
  }
  const near = refusal(() => cron("* * * * *", { timeZone: "Europe/Berln" }), "unknownTimeZone");
  assert.match(near.message, /did you mean 'Europe\/Berlin'/);
});

test("cron() is UTC until a zone is given, and keeps its own", () => {
  const bare = cron("0 9 * * *", { start: "2026-01-01 09:00" });
  assert.equal(bare.timeZone, undefined);
  assert.equal(bare.nextAfterMs(0), Date.UTC(2026, 0, 1, 9));
  const inTokyo = bare.withTimeZone("asia/tokyo");
  assert.equal(inTokyo.timeZone, "Asia/Tokyo");
  assert.equal(inTokyo.nextAfterMs(0), Date.UTC(2026, 0, 1, 0));
  assert.equal(inTokyo.withTimeZone("Europe/Berlin"), inTokyo);
});

test("cron() continues beyond the years that zones are read for", () => {
  const trigger = cron("30 2 * * *", berlin);
  for (const year of [2099, 2499, 2500, 2501, 5000, 9998]) {
    const asked = Temporal.PlainDateTime.from({ year, month: 7, day: 1 }).toZonedDateTime("Europe/Berlin")
      .toInstant();
    const next = trigger.nextAfter(asked)!.toZonedDateTimeISO("Europe/Berlin");
    assert.equal(next.toPlainDateTime().toString(), `${year}-07-01T02:30:00`);
    assert.equal(next.offset, "+02:00");
  }
});
