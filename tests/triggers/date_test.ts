import assert from "node:assert/strict";
import { date } from "../../src/triggers/date.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

test("date() fires once", () => {
  const once = date("2026-12-24T18:00Z");
  const atMs = Date.UTC(2026, 11, 24, 18);
  assert.equal(once.nextAfterMs(0), atMs);
  assert.equal(once.nextAfterMs(atMs - 1), atMs);
  assert.equal(once.nextAfterMs(atMs), undefined);
});

test("date() reads local times in its zone, or in the one it is given", () => {
  assert.equal(
    date("2026-12-24 18:00", { timeZone: "Europe/Berlin" }).nextAfterMs(0),
    Date.UTC(2026, 11, 24, 17),
  );
  assert.equal(
    date("2026-12-24 18:00").withTimeZone("Europe/Berlin").nextAfterMs(0),
    Date.UTC(2026, 11, 24, 17),
  );
  assert.equal(date("2026-12-24 18:00").nextAfterMs(0), Date.UTC(2026, 11, 24, 18));
  const instant = date("2026-12-24T18:00Z");
  assert.equal(instant.withTimeZone("Europe/Berlin"), instant);
});

test("date() takes the end of a gap and the first of two passes", () => {
  const zone = { timeZone: "Europe/Berlin" };
  assert.equal(date("2026-03-29 02:30", zone).nextAfterMs(0), Date.UTC(2026, 2, 29, 1));
  assert.equal(date("2026-10-25 02:30", zone).nextAfterMs(0), Date.UTC(2026, 9, 25, 0, 30));
});

test("date() is never early: what is finer than a millisecond is rounded up", () => {
  const instant = Temporal.Instant.fromEpochNanoseconds(1_000_001n);
  assert.equal(date(instant).nextAfterMs(0), 2);
  assert.equal(date("1970-01-01T00:00:00.0010001").nextAfterMs(0), 2);
});

test("date() refuses what is no point in time", () => {
  for (
    const when of [
      undefined,
      null,
      5.5,
      "",
      "noon",
      "2026-02-30",
      Temporal.PlainTime.from("09:00"),
      {},
      new Date(NaN),
    ]
  ) {
    refusal(() => date(when as string), "invalidTrigger", String(when));
  }
  refusal(() => date("2026-01-01", { timeZone: "Nowhere" }), "unknownTimeZone");
});
