import assert from "node:assert/strict";
import { and, or } from "../../../src/triggers/and_or.ts";
import { calendarInterval } from "../../../src/triggers/calendar_interval.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { date } from "../../../src/triggers/date.ts";
import { describe } from "../../../src/triggers/words/describe.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { lint } from "../../../src/triggers/words/lint.ts";
import type { Trigger } from "../../../src/triggers/trigger.ts";
import { test } from "../../harness.ts";
import { fc } from "../../properties.ts";
import { anyTrigger } from "../trigger_arbitrary.ts";

const berlin = { timeZone: "Europe/Berlin" };
const options = { from: Temporal.Instant.from("2026-01-01T00:00Z") };

function beginning(trigger: Trigger): string {
  return describe(trigger, options).split(/, by the clock|(?<=[a-z])\. /)[0]!;
}

test("describe() says what a cron expression says", () => {
  const texts: Record<string, string> = {
    "0 9 * * mon-fri": "At 09:00, from Monday to Friday",
    "30 2 * * *": "At 02:30, every day",
    "*/5 * * * *": "Every 5 minutes, every day",
    "* * * * *": "Every minute, every day",
    "0 * * * *": "At minute 0 of every hour, every day",
    "*/15 9-17 * * 1,3": "Every 15 minutes from 09:00 to 17:59, on Monday and Wednesday",
    "0 */6 * * *": "At 00:00, 06:00, 12:00 and 18:00, every day",
    "0 */3 * * *": "At minute 0 of every 3rd hour from midnight, every day",
    "0 0 L * *": "At 00:00, on the last day of the month",
    "0 0 L-3 * *": "At 00:00, on the 3rd day before the last of the month",
    "0 0 15W * *": "At 00:00, on the Monday to Friday nearest to the 15th",
    "0 0 LW * *": "At 00:00, on the last Monday to Friday of the month",
    "0 0 * * fri#2": "At 00:00, on the 2nd Friday of the month",
    "0 0 * * 5L": "At 00:00, on the last Friday of the month",
    "0 0 13 * fri": "At 00:00, on the 13th or on Friday (either is enough)",
    "0 0 13 * +fri": "At 00:00, on the 13th, and only on Friday",
    "0 0 1,15 jan,jul *": "At 00:00, on the 1st or the 15th, in January and July",
    "30 0 9 1 1 * 2027": "At 09:00:30, on the 1st, in January, in 2027",
  };
  for (const [text, expected] of Object.entries(texts)) {
    assert.equal(beginning(cron(text, berlin)), expected, text);
  }
  assert.equal(
    beginning(cron({ day: "3rd fri", hour: 9 }, berlin)),
    "At 09:00, on the 3rd Friday of the month",
  );
});

test("describe() says what each other kind does", () => {
  assert.equal(
    describe(interval({ minutes: 90 }, { first: "afterPeriod" }), options),
    "Every 1 hour and 30 minutes of elapsed time, first one period after the start; clock changes do not affect it.",
  );
  assert.equal(describe(fixedDelay({ minutes: 10 }), options), "10 minutes after the last run ended.");
  assert.equal(
    describe(date("2026-12-24 18:00", berlin), options),
    "Once, at 2026-12-24 18:00:00 in Europe/Berlin.",
  );
  const monthly = calendarInterval({ months: 1 }, { at: "09:00", start: "2026-01-31", ...berlin });
  assert.equal(beginning(monthly), "Every month at 09:00, leaving out months without a 31st");
  assert.equal(
    beginning(calendarInterval({ weeks: 2 }, { dayOfWeek: "mon" })),
    "Every 2 weeks on Monday at 00:00",
  );
  const combined = describe(or([fixedDelay({ seconds: 1 }), and([fixedDelay({ seconds: 2 })])]), options);
  assert.equal(
    combined,
    "Whenever one of these fires: (1) 1 second after the last run ended. (2) Where all of these fire, at most 1 second apart: (1) 2 seconds after the last run ended.",
  );
  const filtered = describe(fixedDelay({ seconds: 1 }).except("holidays", { onHoliday: "next" }), options);
  assert.match(
    filtered,
    /Except on days in the calendar 'holidays'; other fires move to the next eligible day\.$/,
  );
});

test("describe() names the next changes of the clock that matter, and what happens at them", () => {
  const fixed = describe(cron("30 2 * * *", berlin), options);
  assert.match(fixed, /Local times that do not exist fire at the first instant after the gap/);
  assert.match(
    fixed,
    /On 2026-03-29 the clock jumps forward 1 hour, from 02:00 to 03:00: 02:30 does not exist; it fires at 03:00 instead\./,
  );
  assert.match(
    fixed,
    /On 2026-10-25 the clock is set back 1 hour, from 03:00 to 02:00: 02:30 comes twice, and fires the first time only\.$/,
  );
  const recurring = describe(cron("*/20 2 * * *", berlin), options);
  assert.match(recurring, /02:00, 02:20 and 02:40 do not exist, so those fires are left out\./);
  assert.match(recurring, /02:00, 02:20 and 02:40 come twice, and fire both times\.$/);
  const shifted = describe(cron("30 2 * * *", { ...berlin, gap: "shift", overlap: "second" }), options);
  assert.match(shifted, /it fires at 03:30 instead.*fires the second time only\.$/);
  const everySecond = describe(cron("* * 2 * * *", berlin), options);
  assert.match(everySecond, /3600 times from 02:00 to 02:59:59 do not exist/);
});

test("describe() reports a gap that takes times away without a policy that could change it", () => {
  const often = cron("*/20 * * * *", berlin);
  assert.match(
    describe(often, options),
    /On 2026-03-29 .*: 02:00, 02:20 and 02:40 do not exist, so those fires are left out\. On 2026-10-25/,
  );
  assert.equal(lint(often, options).some(({ rule }) => rule === "insideGap"), false);
  assert.match(
    describe(cron("0 2,3 * * *", berlin), options),
    /On 2026-03-29 .*: 02:00 does not exist; its fire falls together with another one\./,
  );
});

test("describe() says when no change of the clock matters", () => {
  assert.match(
    describe(cron("0 9 * * *", berlin), options),
    /No change of the clock of Europe\/Berlin in the next 30 years/,
  );
  assert.match(describe(cron("0 9 * * *"), options), /The clock of UTC does not change\.$/);
  assert.match(describe(cron("0 0 30 2 *"), options), /It can never fire\.$/);
});

test("describe() finds rare meetings with a change of the clock", () => {
  const rare = describe(cron("30 2 29 3 *", berlin), options);
  assert.match(rare, /On 2026-03-29 the clock jumps forward/);
  const once = describe(cron("0 9 * * *", { timeZone: "Pacific/Apia" }), {
    from: Temporal.Instant.from("2011-12-01T00:00Z"),
  });
  assert.match(
    once,
    /On 2011-12-30 the clock jumps forward 1 day, from 00:00 to 00:00: 09:00 does not exist; it fires at 00:00 instead/,
  );
});

test("describe() puts seconds, minutes and hours together in English", () => {
  const said: readonly (readonly [Parameters<typeof cron>[0], string])[] = [
    [{ second: 15, minute: 30 }, "At second 15 of minute 30 of every hour, every day"],
    ["*/10 30 * * * *", "Every 10 seconds of minute 30 of every hour, every day"],
    ["* 30 * * * *", "Every second of minute 30 of every hour, every day"],
    ["*/10 * * * * *", "Every 10 seconds, every day"],
    ["*/10 */5 * * * *", "Every 10 seconds of every 5th minute, every day"],
    ["*/10 30 9-17 * * *", "Every 10 seconds of minute 30 of every hour from 09:30 to 17:30, every day"],
    ["15 * 9 * * *", "At second 15 of every minute of hour 9, every day"],
    ["15 */5 * * * *", "At second 15 of every 5th minute, every day"],
    [
      "15,45 1,2 */8 * * *",
      "At seconds 15 and 45 of minutes 1 and 2 of every 8th hour from midnight, every day",
    ],
    ["0-29 * * * *", "At minutes 0 to 29 of every hour, every day"],
    ["30 9-17 * * *", "At minute 30 of every hour from 09:30 to 17:30, every day"],
    ["*/5 */2 * * *", "Every 5 minutes in every 2nd hour from midnight, every day"],
    ["*/1 */1 * * *", "Every minute, every day"],
    ["0 0 * */3 *", "At 00:00, every day, in every 3rd month"],
    ["0 0 1 1-6/2 *", "At 00:00, on the 1st, in every 2nd month from January to June"],
    [{ week: "*/2" }, "At 00:00, every day, in every 2nd ISO week"],
    [{ week: "1-26,40" }, "At 00:00, every day, in ISO weeks 1 to 26 and ISO week 40"],
    [{ year: "2030-2040/5" }, "At 00:00, on the 1st, in January, in every 5th year from 2030 to 2040"],
    ["0 0 */2 * *", "At 00:00, on every 2nd day"],
  ];
  for (const [given, words] of said) {
    assert.equal(beginning(cron(given, berlin)), words, JSON.stringify(given));
  }
  assert.match(describe(interval({ hours: 1 }), options), /^Every hour of elapsed time;/);
  const until = calendarInterval({ days: 1 }, { end: "2026-05-11", ...berlin });
  assert.match(describe(until, options), /until the end of 2026-05-11\./);
});

test("describe() never puts words together that do not go together", () => {
  const wrong =
    /\b(of|at|on|in|and|from|to) (of|at|in|on|and|,)\b| {2}| ,|\.\.|every 1 |every 1st|nth one|undefined|NaN|\[object/;
  const fine = (trigger: Trigger) => {
    const text = describe(trigger, options);
    assert.doesNotMatch(text, wrong);
    assert.match(text, /^[A-Z0-9].*\.$/);
  };
  fc.assert(fc.property(anyTrigger, fine), { numRuns: 150 });
  const field = (max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.nat(max).map(String),
      fc.integer({ min: 1, max: max + 1 }).map((step) => `*/${step}`),
      fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => a < b ? `${a}-${b}` : `${b},${a}`),
      fc.tuple(fc.nat(max), fc.integer({ min: 1, max })).map(([a, step]) => `${a}/${step}`),
    );
  const time = fc.tuple(field(59), field(59), field(23));
  fc.assert(fc.property(time, (fields) => fine(cron(`${fields.join(" ")} * * *`))), { numRuns: 300 });
});
