import assert from "node:assert/strict";
import { epochMsOf, type MomentInput, momentMs, momentOf } from "../../src/time/moment.ts";
import { instantOf } from "../../src/time/temporal.ts";
import { test } from "../harness.ts";
import { refusal } from "../triggers/refusal.ts";

test("a number is milliseconds since 1970, and reads like the instant", () => {
  for (const ms of [0, -1, 1_767_225_600_123, 8.64e15, -8.64e15]) {
    assert.equal(epochMsOf(ms, "x", "Europe/Berlin"), ms);
    assert.equal(momentOf(ms, "x"), Temporal.Instant.fromEpochMilliseconds(ms).toString());
    assert.equal(momentOf(ms, "x"), momentOf(new Date(ms), "x"));
  }
  for (const wrong of [NaN, Infinity, 0.5, 8.64e15 + 1, new Date(NaN), 5n, {}, null]) {
    refusal(() => epochMsOf(wrong as MomentInput, "x", "UTC"), "invalidTrigger");
  }
});

test("what is finer than a millisecond is rounded up or down", () => {
  const instant = Temporal.Instant.from("2026-01-01T00:00:00.0000001Z");
  const ms = Temporal.Instant.from("2026-01-01T00:00Z").epochMilliseconds;
  for (const moment of [instant, instant.toZonedDateTimeISO("Asia/Tokyo"), instant.toString()]) {
    assert.equal(epochMsOf(moment, "x", "UTC"), ms + 1);
    assert.equal(epochMsOf(moment, "x", "UTC", "down"), ms);
  }
});

test("times outside of what Temporal can hold are shown as its first or last instant", () => {
  assert.equal(momentMs("+275760-09-13T23:00:00", "UTC"), 8.64e15);
  assert.equal(instantOf(8.64e15 + 5).epochMilliseconds, 8.64e15);
  assert.equal(instantOf(-9e15).epochMilliseconds, -8.64e15);
  assert.equal(instantOf(null), undefined);
});
