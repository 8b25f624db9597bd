import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import { isCarillonError } from "../../src/errors.ts";
import { neverFires } from "../../src/triggers/never_fires.ts";
import { sameTrigger } from "../../src/triggers/definition.ts";
import type { Trigger, TriggerContext } from "../../src/triggers/trigger.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_registry.ts";
import { test } from "../harness.ts";
import { anyContext, anyMs, anyTrigger } from "./trigger_arbitrary.ts";

/** The next fire; triggers that cannot meet say so, which is an answer too. */
function next(trigger: Trigger, ms: number, context: TriggerContext): number | undefined {
  const found = search(trigger, ms, context);
  return found === "given up" ? undefined : found;
}

function search(trigger: Trigger, ms: number, context: TriggerContext): number | undefined | "given up" {
  try {
    return trigger.nextAfterMs(ms, context);
  } catch (error) {
    if (isCarillonError(error, "maxIterationsReached")) return "given up";
    throw error;
  }
}

function property(
  name: string,
  holds: (trigger: Trigger, ms: number, context: TriggerContext) => void,
): void {
  test(name, () => {
    fc.assert(fc.property(anyTrigger, anyMs, anyContext, holds), { numRuns: 500 });
  });
}

property(
  "nextAfterMs() is strictly later, whole milliseconds, and found again from just before",
  (trigger, ms, context) => {
    let from = ms;
    for (let i = 0; i < 5; i++) {
      const fire = next(trigger, from, context);
      if (fire === undefined) return;
      assert.ok(fire > from && Number.isInteger(fire));
      assert.equal(next(trigger, fire - 1, context), fire);
      from = fire;
    }
  },
);

property("nextAfterMs() returns the same from everywhere between two fires", (trigger, ms, context) => {
  const fire = next(trigger, ms, context);
  if (fire === undefined) return;
  for (const share of [0.1, 0.5, 0.9, 0.999]) {
    const between = Math.floor(ms + (fire - ms) * share);
    if (between < fire) assert.equal(next(trigger, between, context), fire);
  }
});

property("nextAfter() is nextAfterMs() with instants", (trigger, ms, context) => {
  const expected = next(trigger, ms, context);
  if (expected === undefined) return;
  // What is finer than a millisecond never brings back a fire that has been.
  const asked = Temporal.Instant.fromEpochNanoseconds(BigInt(ms) * 1_000_000n + 1n);
  assert.equal(trigger.nextAfter(asked, context)?.epochMilliseconds, expected);
});

property("preview() is nextAfterMs() again and again, from its start inclusive", (trigger, ms, context) => {
  const first = next(trigger, ms, context);
  if (first === undefined) return;
  const expected: number[] = [];
  for (let fire: number | undefined = first; fire !== undefined && expected.length < 4;) {
    expected.push(fire);
    fire = next(trigger, fire, context);
  }
  const from = Temporal.Instant.fromEpochMilliseconds(first);
  const fires = trigger.preview({ from, limit: expected.length, context });
  assert.deepEqual(fires.map((fire) => fire.epochMilliseconds), expected);
  const until = Temporal.Instant.fromEpochMilliseconds(expected.at(-1)!);
  // Whether there is another fire before `until` can only be told by looking for the next one, which may be given up.
  if (search(trigger, expected.at(-1)!, context) === "given up") return;
  assert.equal(trigger.preview({ from, until, limit: 100, context }).length, expected.length);
});

property("triggerFromJSON() gives a trigger that is and fires the same", (trigger, ms, context) => {
  const text = JSON.stringify(trigger);
  const copy = triggerFromJSON(JSON.parse(text));
  assert.equal(JSON.stringify(copy), text);
  assert.ok(sameTrigger(trigger, copy));
  assert.equal(next(copy, ms, context), next(trigger, ms, context));
});

property(
  "withTimeZone() keeps a trigger that has a zone, and gives one that round-trips",
  (trigger, ms, context) => {
    const moved = trigger.withTimeZone("Asia/Tokyo");
    if (trigger.kind === "cron" && trigger.timeZone !== undefined) assert.equal(moved, trigger);
    assert.equal(moved.withTimeZone("America/New_York"), moved);
    assert.equal(next(triggerFromJSON(moved.toJSON()), ms, context), next(moved, ms, context));
  },
);

property("neverFires() is true only for what does not fire", (trigger, ms, context) => {
  if (neverFires(trigger)) assert.equal(next(trigger, ms, context), undefined);
});
