import { cron } from "../../src/triggers/cron/cron.ts";
import { test } from "../harness.ts";
import { assertSame, bruteFires, chainFires, GAPS, OVERLAPS, segmentsOf } from "./oracle.ts";
import type { Wall } from "./oracle.ts";

/** A zone and a year in which something special happens to its clock. */
const YEARS: readonly (readonly [timeZone: string, year: number, special: string])[] = [
  ["Europe/Berlin", 2026, "an hour forward and back"],
  ["America/New_York", 2026, "an hour forward and back, at 02:00 local"],
  ["Australia/Lord_Howe", 2026, "half an hour"],
  ["Pacific/Apia", 2011, "a whole day is missing"],
  ["America/Santiago", 2026, "a gap at midnight"],
  ["Asia/Beirut", 2026, "a gap at midnight"],
  ["America/Havana", 2026, "a gap at midnight and an overlap that begins there"],
  ["Africa/Casablanca", 2026, "Ramadan"],
  ["Asia/Kathmandu", 1986, "15 minutes once, and odd offsets"],
  ["Asia/Gaza", 2026, "Ramadan and two overlaps"],
  ["Antarctica/Troll", 2026, "two hours"],
  ["America/Caracas", 2016, "half an hour once"],
];

const SHAPES: readonly (readonly [expression: string, matches: (wall: Wall) => boolean])[] = [
  ["*/5 * * * *", ({ minute }) => minute % 5 === 0],
  ["0 0 * * *", ({ hour, minute }) => hour === 0 && minute === 0],
  ["30 2 * * *", ({ hour, minute }) => hour === 2 && minute === 30],
  ["15,45 0-3 * * *", ({ hour, minute }) => hour <= 3 && (minute === 15 || minute === 45)],
  ["*/20 */2 * * sun", ({ hour, minute, weekday }) => minute % 20 === 0 && hour % 2 === 0 && weekday === 0],
];

for (const [timeZone, year, special] of YEARS) {
  test(`cron() fires like a walk over every minute of ${year} in ${timeZone}: ${special}`, () => {
    const fromS = Date.UTC(year, 0, 1) / 1000;
    const toS = Date.UTC(year + 1, 0, 1) / 1000;
    const segments = segmentsOf(timeZone, fromS, toS);
    for (const [expression, matches] of SHAPES) {
      for (const gap of GAPS) {
        for (const overlap of OVERLAPS) {
          const trigger = cron(expression, { timeZone, gap, overlap });
          const expected = bruteFires({ matches, segments, gap, overlap, fromS, toS });
          assertSame(chainFires(trigger, fromS, toS), expected, `${expression} ${gap}/${overlap}`);
        }
      }
    }
  });
}
