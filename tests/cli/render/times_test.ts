import assert from "node:assert/strict";
import { distanceText, lengthText, localTime } from "../../../src/cli/render/times.ts";
import { Temporal } from "../../../src/time/temporal.ts";
import { test } from "../../harness.ts";

test("lengthText() shows two units at the most", () => {
  const texts = [0, 12.4, 999, 1000, 3249, 59_949, 61_000, 3_600_000, 7_800_000, 90_000_000].map(lengthText);
  assert.deepEqual(texts, [
    "0 ms",
    "12 ms",
    "999 ms",
    "1 s",
    "3.2 s",
    "59.9 s",
    "1 min 1 s",
    "1 h",
    "2 h 10 min",
    "1 d 1 h",
  ]);
});

test("distanceText() says on which side of now an instant is", () => {
  assert.equal(distanceText(61_000, 0), "in 1 min 1 s");
  assert.equal(distanceText(0, 5000), "5 s ago");
  assert.equal(distanceText(400, 0), "now");
});

test("localTime() shows the clock of a zone", () => {
  const instant = Temporal.Instant.from("2026-03-29T01:00:00.7Z");
  assert.equal(localTime(instant, "Europe/Berlin"), "2026-03-29 03:00:00");
});
