import assert from "node:assert/strict";
import {
  dateFromDays,
  dayOf,
  daysFromDate,
  isoWeekOf,
  monthLength,
  monthOf,
  weekdayOf,
  yearOf,
} from "../../src/time/civil.ts";
import { test } from "../harness.ts";

test("dateFromDays() and daysFromDate() agree with Temporal on every day for 600 years and at the ends", () => {
  const ends = [-719_528, -719_162, -1, 0, 1, 2_932_896];
  const days = [...ends, ...Array.from({ length: 600 * 366 }, (_, index) => index - 100 * 365)];
  let plain = Temporal.PlainDate.from("1970-01-01").add({ days: -100 * 365 });
  for (const [index, day] of days.entries()) {
    if (index >= ends.length && index > ends.length) plain = plain.add({ days: 1 });
    const expected = index < ends.length ? Temporal.PlainDate.from("1970-01-01").add({ days: day }) : plain;
    const date = dateFromDays(day);
    const same = yearOf(date) === expected.year && monthOf(date) === expected.month &&
      dayOf(date) === expected.day;
    if (!same) assert.fail(`day ${day} is ${yearOf(date)}-${monthOf(date)}-${dayOf(date)}, not ${expected}`);
    if (daysFromDate(expected.year, expected.month, expected.day) !== day) {
      assert.fail(`${expected} is not ${day}`);
    }
    if (weekdayOf(day) !== expected.dayOfWeek % 7) assert.fail(`the weekday of ${expected}`);
  }
});

test("monthLength() and isoWeekOf() agree with Temporal", () => {
  for (let year = 1890; year <= 2110; year++) {
    for (let month = 1; month <= 12; month++) {
      const first = Temporal.PlainDate.from({ year, month, day: 1 });
      assert.equal(monthLength(year, month), first.daysInMonth);
      for (const day of [1, 2, 3, 4, 5, 6, 7, 26, 28]) {
        const date = first.with({ day });
        assert.equal(isoWeekOf(daysFromDate(year, month, day)), date.weekOfYear, String(date));
      }
    }
  }
});
