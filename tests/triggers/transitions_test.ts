import assert from "node:assert/strict";
import { cron } from "../../src/triggers/cron/cron.ts";
import { test } from "../harness.ts";
import { assertSame, bruteFires, chainFires, GAPS, OVERLAPS, segmentsOf } from "./oracle.ts";
import type { Gap, Overlap, Wall } from "./oracle.ts";
import { allTransitions } from "./transitions.ts";
import type { Transition } from "./transitions.ts";

const DAY_S = 86_400;
/** Ten seconds of work, on a machine that may be busy with other tests. */
const TIME_LIMIT_MS = 240_000;
const transitions = allTransitions(1970, 2037);

/** The policies that matter at a transition: those of gaps where the clock jumps forward, else those of overlaps. */
function policiesAt(transition: Transition): [Gap, Overlap][] {
  return transition.afterS > transition.beforeS
    ? GAPS.map((gap): [Gap, Overlap] => [gap, "both"])
    : OVERLAPS.map((overlap): [Gap, Overlap] => ["skip", overlap]);
}

function compare(
  transition: Transition,
  expression: string,
  matches: (wall: Wall) => boolean,
  reachS: number,
): void {
  const { timeZone, atS } = transition;
  const fromS = atS - reachS;
  const toS = atS + reachS;
  const segments = segmentsOf(timeZone, fromS, toS);
  for (const [gap, overlap] of policiesAt(transition)) {
    const trigger = cron(expression, { timeZone, gap, overlap });
    const expected = bruteFires({ matches, segments, gap, overlap, fromS, toS });
    const actual = chainFires(trigger, fromS, toS);
    const at = `${expression} ${timeZone} around ${new Date(atS * 1000).toISOString()}, ${gap}/${overlap}`;
    assertSame(actual, expected, at);
    // Asked from anywhere, not only from one fire to the next.
    let next = 0;
    for (let askedS = fromS; askedS < atS + reachS / 2; askedS += 4999) {
      while (next < expected.length && expected[next]! <= askedS) next++;
      if (next === expected.length) break;
      const fire = trigger.nextAfterMs(askedS * 1000);
      if (fire !== expected[next]! * 1000) assert.fail(`${at}: ${fire} from ${askedS}`);
    }
  }
}

test("nextAfterMs() gives what a walk over every minute gives, for two days around every transition", () => {
  assert.ok(transitions.length > 1000);
  for (const transition of transitions) compare(transition, "* * * * *", () => true, DAY_S);
}, { timeLimitMs: TIME_LIMIT_MS });

test("nextAfterMs() gives what a walk gives for times inside and beside every gap and overlap", () => {
  for (const transition of transitions) {
    // The wall times that the transition makes special: the half of what is left out or repeated, and its ends.
    const lowS = transition.atS + Math.min(transition.beforeS, transition.afterS);
    const middleS = lowS + Math.abs(transition.afterS - transition.beforeS) / 2;
    const low = new Date(lowS * 1000);
    const middle = new Date(middleS * 1000);
    const hours = [...new Set([low.getUTCHours(), middle.getUTCHours()])];
    const minutes = [...new Set([low.getUTCMinutes(), middle.getUTCMinutes()])];
    const matches = (wall: Wall) => hours.includes(wall.hour) && minutes.includes(wall.minute);
    compare(transition, `${minutes} ${hours} * * *`, matches, 2 * DAY_S);
  }
}, { timeLimitMs: TIME_LIMIT_MS });

test("transitions are further apart than the clock moves at them, as the search relies on", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  for (const timeZone of zones) {
    const segments = segmentsOf(timeZone, Date.UTC(1850, 0, 1) / 1000, Date.UTC(2110, 0, 1) / 1000);
    for (let i = 1; i + 1 < segments.length; i++) {
      const { fromS, toS, offsetS } = segments[i]!;
      const moved = Math.max(
        Math.abs(offsetS - segments[i - 1]!.offsetS),
        Math.abs(offsetS - segments[i + 1]!.offsetS),
      );
      assert.ok(toS - fromS > moved + 3 * DAY_S, `${timeZone} ${fromS}`);
    }
  }
});
