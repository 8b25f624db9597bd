import assert from "node:assert/strict";
import { and, type AndOptions, or } from "../../src/triggers/and_or.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { date } from "../../src/triggers/date.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

const from = Temporal.Instant.from("2022-01-01T00:00Z");

function dates(trigger: Trigger, limit: number): string {
  return trigger.preview({ from, limit }).map((fire) => fire.toPlainDate().toString()).join(" ");
}

test("and() fires where all of its triggers do", () => {
  const zone = { timeZone: "Europe/Berlin" };
  const everyOtherMonth = calendarInterval({ months: 2 }, { at: "10:00", start: "2022-06-07", ...zone });
  const both = and([everyOtherMonth, cron("0 10 * * mon-fri", zone)]);
  assert.equal(dates(both, 4), "2022-06-07 2022-10-07 2022-12-07 2023-02-07");
  assert.equal(both.timeZone, "Europe/Berlin");
});

test("and() fires at the earliest when its triggers are no further apart than the threshold", () => {
  const start = Temporal.Instant.from("2026-01-01T00:00Z");
  const a = interval({ seconds: 4 }, { start });
  const b = interval({ seconds: 6 }, { start: start.add({ milliseconds: 500 }) });
  const both = and([a, b]);
  assert.equal(both.nextAfterMs(0), start.epochMilliseconds);
  assert.equal(both.nextAfterMs(start.epochMilliseconds), start.epochMilliseconds + 12_000);
  const apart = and([a, b], { threshold: { milliseconds: 499 }, maxIterations: 50 });
  const error = refusal(() => apart.nextAfterMs(0), "maxIterationsReached");
  assert.equal(error.details["maxIterations"], 50);
});

test("and() ends where one of its triggers does", () => {
  const both = and([date("2026-01-01T00:00Z"), cron("0 0 * * *")], { threshold: { seconds: 0 } });
  assert.equal(both.nextAfterMs(0), Date.UTC(2026, 0, 1));
  assert.equal(both.nextAfterMs(Date.UTC(2026, 0, 1)), undefined);
});

test("or() fires whenever one of its triggers does, once at equal instants", () => {
  const either = or([cron("0 */6 * * *"), cron("0 */4 * * *"), date("2022-01-01T05:00Z")]);
  const hours = either.preview({ from, limit: 8 }).map((fire) => fire.hour);
  assert.deepEqual(hours, [0, 4, 5, 6, 8, 12, 16, 18]);
});

test("or() compares instants, not wall clocks, in a repeated hour", () => {
  const either = or([
    cron("30 2 * * *", { timeZone: "Europe/Berlin", overlap: "second" }),
    cron("45 2 * * *", { timeZone: "Europe/Berlin" }),
  ]);
  const fires = either.preview({ from: Temporal.Instant.from("2026-10-24T12:00Z"), limit: 2 });
  assert.deepEqual(fires.map((fire) => fire.toInstant().toString()), [
    "2026-10-25T00:45:00Z",
    "2026-10-25T01:30:00Z",
  ]);
});

test("and() and or() give their zone to triggers that have none", () => {
  const inTokyo = or([cron("0 9 * * *"), cron("0 9 * * *", { timeZone: "UTC" })]).withTimeZone("Asia/Tokyo");
  assert.equal(inTokyo.nextAfterMs(from.epochMilliseconds - 1), Date.UTC(2022, 0, 1, 0));
  assert.equal(inTokyo.nextAfterMs(Date.UTC(2022, 0, 1, 0)), Date.UTC(2022, 0, 1, 9));
  assert.equal(inTokyo.timeZone, undefined, "its parts are in different zones");
  assert.equal(inTokyo.withTimeZone("Europe/Berlin"), inTokyo);
  const both = and([cron("0 9 * * *"), cron("* 9 * * *")]).withTimeZone("Asia/Tokyo");
  assert.equal(both.timeZone, "Asia/Tokyo");
});

test("and() and or() refuse what is no list of triggers", () => {
  const wrong = [undefined, null, [], {}, [1], [null], [{}], cron("* * * * *"), ["* * * * *"]];
  for (const triggers of wrong) {
    refusal(() => or(triggers as Trigger[]), "invalidTrigger", String(triggers));
    refusal(() => and(triggers as Trigger[]), "invalidTrigger", String(triggers));
  }
  const parts = [cron("* * * * *")];
  const options = [{ threshold: { seconds: -1 } }, { threshold: 5 }, { maxIterations: 0 }, {
    maxIterations: 1.5,
  }, { max: 5 }];
  for (const option of options) {
    refusal(() => and(parts, option as AndOptions), "invalidTrigger", JSON.stringify(option));
  }
});
