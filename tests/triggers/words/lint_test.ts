import assert from "node:assert/strict";
import { calendarInterval } from "../../../src/triggers/calendar_interval.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { lint } from "../../../src/triggers/words/lint.ts";
import { or } from "../../../src/triggers/and_or.ts";
import type { Trigger } from "../../../src/triggers/trigger.ts";
import { test } from "../../harness.ts";

const berlin = { timeZone: "Europe/Berlin" };
const options = { from: Temporal.Instant.from("2026-01-01T00:00Z") };

function rules(trigger: Trigger): string {
  return lint(trigger, options).map(({ rule }) => rule).join(" ");
}

test("lint() finds what a cron expression does that its author may not expect", () => {
  const expected: Record<string, string> = {
    "0 9 * * mon-fri": "",
    "*/5 * * * *": "",
    "30 2 * * *": "insideGap",
    "*/7 * * * *": "unevenStep",
    "0 */5 * * *": "unevenStep",
    "*/60 * * * *": "wholeStep",
    "0 */24 * * *": "wholeStep",
    "0 9 13 * fri": "eitherDay",
    "0 9 13 * +fri": "",
    "0 9 31 * *": "missingDay",
    "0 9 31 1,3 *": "",
    "0 9 30 * *": "missingDay",
    "0 9 30 4,6 *": "",
    "0 9 29 2 *": "missingDay",
    "0 9 15,31 * *": "",
    "0 9 L * *": "",
    "0 9 31,L * *": "",
    "0 9 */2 * *": "unevenStep",
    "0 0 30 2 *": "neverFires",
    "*/7 2 13 * sun": "unevenStep eitherDay insideGap",
  };
  for (const [text, found] of Object.entries(expected)) assert.equal(rules(cron(text, berlin)), found, text);
});

test("lint() reports what happens inside a gap, and not where there is none", () => {
  const [finding] = lint(cron("30 2 * * *", berlin), options);
  assert.match(finding!.message, /^On 2026-03-29 .* 02:30 does not exist; it fires at 03:00 instead$/);
  assert.equal(rules(cron("30 2 * * *", { timeZone: "Asia/Tokyo" })), "");
  assert.equal(rules(cron("30 2 * * *", { timeZone: "America/New_York" })), "insideGap");
});

test("lint() looks at calendar intervals, ends at midnight, and triggers inside others", () => {
  assert.equal(rules(calendarInterval({ months: 1 }, { start: "2026-01-31", ...berlin })), "missingDay");
  assert.equal(
    rules(calendarInterval({ months: 1 }, { start: "2026-01-31", onInvalidDay: "last", ...berlin })),
    "",
  );
  assert.equal(rules(calendarInterval({ years: 1 }, { start: "2024-02-29", ...berlin })), "missingDay");
  assert.equal(rules(calendarInterval({ years: 1 }, { start: "2026-01-31", ...berlin })), "");
  assert.equal(rules(calendarInterval({ days: 1 }, { at: "09:00", end: "2027-01-01", ...berlin })), "");
  assert.equal(rules(cron("0 9 * * *", { end: "2027-01-01", ...berlin })), "endAtMidnight");
  assert.equal(rules(or([cron("*/7 * * * *"), interval({ hours: 1 })]).except("holidays")), "unevenStep");
});
