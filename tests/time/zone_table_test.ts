import assert from "node:assert/strict";
import { resolveWall, wallOf, ZoneTable, zoneTable } from "../../src/time/zone_table.ts";
import { runtimeZoneRules } from "../../src/time/time_zone_data_version.ts";
import { timeZoneId } from "../../src/time/time_zone.ts";
import { test } from "../harness.ts";

/** Numbers that are spread evenly but look random, the same in every run. */
function* spread(count: number, min: number, max: number): Generator<number> {
  for (let i = 0; i < count; i++) yield Math.floor(min + (i * 0.618_033_988_75 % 1) * (max - min));
}

function offsetByTemporal(instantS: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(instantS * 1000).toZonedDateTimeISO(timeZone)
    .offsetNanoseconds / 1e9;
}

test("ZoneTable.at() gives the offset that Temporal gives, in every zone", () => {
  const [fromS, toS] = [Date.UTC(1850, 0, 1) / 1000, Date.UTC(2150, 0, 1) / 1000];
  for (const timeZone of [...Intl.supportedValuesOf("timeZone"), "UTC", "+05:30", "-12"]) {
    const table = new ZoneTable(timeZoneId(timeZone));
    for (const instantS of spread(60, fromS, toS)) {
      const period = table.at(instantS);
      assert.ok(instantS >= period.startS && instantS < period.endS);
      assert.equal(period.offsetS, offsetByTemporal(instantS, table.timeZone), `${timeZone} ${instantS}`);
    }
  }
});

test("ZoneTable.at() continues to the end of time without growing", () => {
  for (const timeZone of ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Casablanca", "UTC"]) {
    const table = new ZoneTable(timeZone);
    for (const instantS of spread(2000, 0, Date.UTC(9999, 11, 31) / 1000)) {
      const period = table.at(instantS);
      assert.ok(instantS >= period.startS && instantS < period.endS);
      assert.equal(period.offsetS, offsetByTemporal(instantS, timeZone), `${timeZone} ${instantS}`);
    }
  }
});

test("ZoneTable.at() gives periods that join on to each other", () => {
  const table = new ZoneTable("Europe/Berlin");
  let period = table.at(0);
  for (let i = 0; i < 2200; i++) {
    const next = table.at(period.endS);
    assert.equal(next.startS, period.endS);
    assert.equal(next.beforeS, period.offsetS);
    assert.equal(next.gapS, Math.max(0, next.offsetS - period.offsetS));
    period = next;
  }
  assert.ok(period.startS > Date.UTC(3000, 0, 1) / 1000);
});

test("resolveWall() takes the first instant after a gap and the first of two passes", () => {
  const table = zoneTable("Europe/Berlin");
  const wall = (text: string) => Temporal.Instant.from(`${text}Z`).epochMilliseconds / 1000;
  assert.equal(resolveWall(table, wall("2026-03-29T02:30")), wall("2026-03-29T01:00"));
  assert.equal(resolveWall(table, wall("2026-10-25T02:30")), wall("2026-10-25T00:30"));
  assert.equal(wallOf(table, wall("2026-10-25T01:30")), wall("2026-10-25T02:30"));
  assert.equal(resolveWall(zoneTable("Pacific/Apia"), wall("2011-12-30T12:00")), wall("2011-12-30T10:00"));
});

test("zoneTable() shares one table per zone", () => {
  assert.equal(zoneTable("Europe/Berlin"), zoneTable("Europe/Berlin"));
});

test("hashOf() tells zones with other rules apart, and says the same each time", () => {
  const hashOf = (zone: string) => runtimeZoneRules.hashOf(zone);
  assert.match(hashOf("Europe/Berlin"), /^[0-9a-f]{8}$/);
  assert.equal(hashOf("Europe/Berlin"), hashOf("Europe/Paris"));
  assert.notEqual(hashOf("Europe/Berlin"), hashOf("Europe/London"));
  assert.notEqual(hashOf("Asia/Kolkata"), hashOf("Asia/Tokyo"));
});
