import assert from "node:assert/strict";
import { EARLIEST_MS, LATEST_MS, Temporal } from "../time/temporal.ts";
import { sameTrigger } from "../triggers/definition.ts";
import type { Trigger, TriggerContext } from "../triggers/trigger.ts";
import { triggerFromJSON } from "../triggers/trigger_registry.ts";

/** Options of {@linkcode triggerConformance}. */
export interface TriggerConformanceOptions {
  /** The name of the trigger, in the names of the tests. */
  readonly name: string;
  /** Registers a test with a runner: `Deno.test`, or `test` of `node:test` or `bun:test`. */
  readonly test: (name: string, body: () => void) => void;
  /** Makes triggers of the kind, as different ones as there are; each should fire now and then. */
  readonly triggers: () => readonly Trigger[];
  /** The context that the triggers depend on. @default nothing */
  readonly context?: TriggerContext | undefined;
}

/** Instants that fires are asked from: around changes of the clock, leap days and the ends of time. */
const ASKED_MS = [
  EARLIEST_MS,
  -1,
  0,
  ...["2024-02-28T23:59:59.999Z", "2026-01-01T00:00Z", "2026-03-08T07:00Z", "2026-03-29T01:00Z"].map(msOf),
  ...["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-11-01T06:00Z", "2026-12-31T23:59:59Z"].map(msOf),
  msOf("2499-12-31T23:00Z"),
  LATEST_MS,
];
/** Number of fires that are followed from each instant. */
const FOLLOWED = 20;

/**
 * Registers the tests that every trigger must pass: pure, strictly later, whole milliseconds, never skipping,
 * bounded, and the same after a round trip through JSON.
 *
 * @example
 * ```ts
 * import { interval } from "carillon";
 * import { triggerConformance } from "carillon/testing";
 *
 * triggerConformance({
 *   name: "my trigger",
 *   test: (_name, body) => body(),
 *   triggers: () => [interval({ minutes: 5 })],
 *   context: { anchor: Temporal.Instant.from("2026-01-01T00:00Z") },
 * });
 * ```
 */
export function triggerConformance(options: TriggerConformanceOptions): void {
  const { context } = options;
  const register = (what: string, holds: (trigger: Trigger) => void) =>
    options.test(`${options.name}: ${what}`, () => {
      for (const trigger of options.triggers()) holds(trigger);
    });

  register("is strictly later, in whole milliseconds", (trigger) => {
    for (const askedMs of ASKED_MS) {
      for (const [fromMs, fireMs] of follow(trigger, askedMs, context)) {
        assert.ok(fireMs > fromMs, `${fireMs} is not after ${fromMs}`);
        assert.ok(Number.isSafeInteger(fireMs) && fireMs <= LATEST_MS, `${fireMs} is no whole millisecond`);
      }
    }
  });

  register("skips no fire: what comes next is next from anywhere before it", (trigger) => {
    for (const askedMs of ASKED_MS) {
      for (const [fromMs, fireMs] of follow(trigger, askedMs, context)) {
        for (const betweenMs of [fireMs - 1, Math.floor(fromMs / 2 + fireMs / 2), fromMs]) {
          if (betweenMs >= fromMs && betweenMs < fireMs) {
            assert.equal(trigger.nextAfterMs(betweenMs, context), fireMs, `asked from ${betweenMs}`);
          }
        }
      }
    }
  });

  register("is pure: the same questions in another order get the same results", (trigger) => {
    const results = ASKED_MS.map((ms) => trigger.nextAfterMs(ms, context));
    trigger.preview({ from: Temporal.Instant.fromEpochMilliseconds(0), ...(context ? { context } : {}) });
    assert.deepEqual(
      ASKED_MS.toReversed().map((ms) => trigger.nextAfterMs(ms, context)),
      results.toReversed(),
    );
  });

  register("gives the same in instants and in previews as in milliseconds", (trigger) => {
    for (const askedMs of ASKED_MS) {
      const fires = follow(trigger, askedMs, context).map(([, fireMs]) => fireMs);
      const from = Temporal.Instant.fromEpochMilliseconds(askedMs);
      assert.equal(trigger.nextAfter(from, context)?.epochMilliseconds, fires[0]);
      if (askedMs === LATEST_MS) continue;
      const justAfter = Temporal.Instant.fromEpochMilliseconds(askedMs + 1);
      const shown = trigger.preview({ from: justAfter, limit: FOLLOWED, context });
      assert.deepEqual(shown.map((fire) => fire.epochMilliseconds), fires);
    }
  });

  register("is the same and fires the same after a round trip through JSON", (trigger) => {
    const copy = triggerFromJSON(JSON.parse(JSON.stringify(trigger)));
    assert.ok(sameTrigger(trigger, copy), `${JSON.stringify(trigger)} became ${JSON.stringify(copy)}`);
    for (const ms of ASKED_MS) assert.equal(copy.nextAfterMs(ms, context), trigger.nextAfterMs(ms, context));
  });

  register("takes a zone once, and stores it", (trigger) => {
    const moved = trigger.withTimeZone("Asia/Tokyo");
    if (trigger.timeZone !== undefined) assert.equal(moved.timeZone, trigger.timeZone);
    assert.ok(sameTrigger(moved, moved.withTimeZone("America/New_York")));
    assert.ok(sameTrigger(moved, triggerFromJSON(JSON.parse(JSON.stringify(moved)))));
  });
}

/** The first fires after an instant, each with the instant that it was asked from. */
function follow(trigger: Trigger, askedMs: number, context: TriggerContext | undefined): [number, number][] {
  const fires: [number, number][] = [];
  let fromMs = askedMs;
  while (fires.length < FOLLOWED) {
    const fireMs = trigger.nextAfterMs(fromMs, context);
    if (fireMs === undefined) break;
    fires.push([fromMs, fireMs]);
    fromMs = fireMs;
  }
  return fires;
}

function msOf(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}
