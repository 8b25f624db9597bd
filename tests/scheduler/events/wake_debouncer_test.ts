import assert from "node:assert/strict";
import { WakeDebouncer } from "../../../src/scheduler/events/wake_debouncer.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

/** WakeDebouncer that write down when they called, in virtual milliseconds. */
function setUp() {
  const clock = new VirtualClock();
  const calls: number[] = [];
  const nudges = new WakeDebouncer(clock, () => calls.push(clock.monotonicMs()));
  return { clock, calls, nudges };
}

test("call() calls at once, and once for all that is told while it rests", async () => {
  const { clock, calls, nudges } = setUp();
  for (let i = 0; i < 5; i++) nudges.call();
  assert.deepEqual(calls, [0]);
  await clock.advance({ seconds: 1 });
  assert.deepEqual(calls, [0, 10]);
  nudges.call();
  assert.deepEqual(calls, [0, 10, 1000]);
  await clock.advance({ seconds: 1 });
  assert.deepEqual(calls, [0, 10, 1000]);
});

test("call() rests longer and longer while others go on, and starts anew after a pause", async () => {
  const { clock, calls, nudges } = setUp();
  for (let ms = 0; ms < 1000; ms++) {
    nudges.call();
    await clock.advance({ milliseconds: 1 });
  }
  assert.deepEqual(calls, [0, 10, 30, 70, 150, 310, 510, 710, 910]);
  await clock.advance({ seconds: 1 });
  calls.splice(0);
  nudges.call();
  nudges.call();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(calls, [2000, 2010]);
});

test("stop() forgets what was told", async () => {
  const { clock, calls, nudges } = setUp();
  nudges.call();
  nudges.call();
  nudges.stop();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(calls, [0]);
  assert.equal(clock.pendingTimers, 0);
});
