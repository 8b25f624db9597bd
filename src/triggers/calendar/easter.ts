import { daysFromDate } from "../../time/civil.ts";

/** Easter Sunday of the Gregorian calendar, in days since 1970-01-01. */
export function easterDay(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const skippedLeapDays = century - Math.floor(century / 4);
  const moonCorrection = Math.floor((8 * century + 13) / 25);
  const epact = (19 * golden + skippedLeapDays - moonCorrection + 15) % 30;
  const fullMoon = epact -
    (Math.floor(epact / 28)) * (1 - Math.floor(29 / (epact + 1)) * Math.floor((21 - golden) / 11));
  const weekday = (year + Math.floor(year / 4) + fullMoon + 2 - skippedLeapDays) % 7;
  // Days from the 28th of March: Easter is the Sunday after the full moon.
  return daysFromDate(year, 3, 28) + fullMoon - weekday;
}
