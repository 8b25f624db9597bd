import assert from "node:assert/strict";
import { jitterOffsetMs, spreadOffsetMs } from "../../src/triggers/jitter.ts";
import { test } from "../harness.ts";

test("spreadOffsetMs() is stable, inside its window, and even over many ids", () => {
  const slots = new Array<number>(60).fill(0);
  for (let i = 0; i < 60_000; i++) {
    const offsetMs = spreadOffsetMs(`schedule-${i}`, 60_000);
    assert.ok(Number.isInteger(offsetMs) && offsetMs >= 0 && offsetMs < 60_000);
    slots[Math.floor(offsetMs / 1000)]!++;
  }
  // A thousand each; five standard deviations either way.
  for (const count of slots) assert.ok(count > 840 && count < 1160, `${count} in one second`);
  assert.equal(spreadOffsetMs("daily-report", 60_000), 39_616);
  assert.notEqual(spreadOffsetMs("tenant-1", 3_600_000), spreadOffsetMs("tenant-2", 3_600_000));
});

test("spreadOffsetMs() is 0 for a window that is empty", () => {
  for (const windowMs of [0, -1, 0.5, NaN]) assert.equal(spreadOffsetMs("daily-report", windowMs), 0);
});

test("jitterOffsetMs() is never early and never reaches its bound", () => {
  assert.equal(jitterOffsetMs(1000, 0), 0);
  assert.equal(jitterOffsetMs(1000, 0.5), 500);
  assert.equal(jitterOffsetMs(1000, 0.9999999999), 999);
  for (const random of [-1, 1, 2]) {
    const offsetMs = jitterOffsetMs(1000, random);
    assert.ok(offsetMs >= 0 && offsetMs < 1000, "also for a random number that is none");
  }
  assert.equal(jitterOffsetMs(0, 0.5), 0);
});
