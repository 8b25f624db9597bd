import assert from "node:assert/strict";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

const anchor = Temporal.Instant.from("2026-01-01T00:00Z");
const anchorMs = anchor.epochMilliseconds;

test("fixedDelay() first fires at its start, else at the anchor", () => {
  const pause = fixedDelay({ minutes: 10 });
  assert.equal(pause.nextAfterMs(anchorMs - 1, { anchor }), anchorMs);
  assert.equal(
    pause.nextAfterMs(anchorMs, { anchor }),
    undefined,
    "nothing is due before the first run has ended",
  );
  const started = fixedDelay({ minutes: 10 }, { start: "2026-01-02T00:00Z" });
  assert.equal(started.nextAfterMs(anchorMs, { anchor }), Date.UTC(2026, 0, 2));
});

test("fixedDelay() fires so long after the last run ended", () => {
  const lastFinished = Temporal.Instant.from("2026-01-01T12:03:20.123Z");
  const next = fixedDelay("PT10M").nextAfter(lastFinished, { anchor, lastFinished });
  assert.equal(next?.toString(), "2026-01-01T12:13:20.123Z");
});

test("fixedDelay() keeps to start and end", () => {
  const options = { start: "2026-01-02T00:00Z", end: "2026-01-03T00:00Z" };
  const pause = fixedDelay({ hours: 1 }, options);
  assert.equal(pause.nextAfterMs(anchorMs, { lastFinished: anchor }), Date.UTC(2026, 0, 2));
  const late = Temporal.Instant.from("2026-01-02T23:00Z");
  assert.equal(pause.nextAfterMs(late.epochMilliseconds, { lastFinished: late }), Date.UTC(2026, 0, 3));
  const tooLate = late.add({ milliseconds: 1 });
  assert.equal(pause.nextAfterMs(tooLate.epochMilliseconds, { lastFinished: tooLate }), undefined);
});

test("fixedDelay() refuses delays that are empty, negative or not fixed", () => {
  for (const delay of [{}, { seconds: 0 }, { seconds: -1 }, { months: 1 }, 5, null]) {
    refusal(() => fixedDelay(delay as object), "invalidTrigger", JSON.stringify(delay));
  }
  refusal(() => fixedDelay({ seconds: 1 }, { first: "atStart" } as object));
});
