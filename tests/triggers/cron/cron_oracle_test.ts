import { fc } from "../../properties.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { test } from "../../harness.ts";
import { anyExpression, anyZone } from "./cron_arbitrary.ts";
import { assertSame, bruteFires, chainFires, GAPS, OVERLAPS, segmentsOf } from "../oracle.ts";
import type { Gap, Overlap } from "../oracle.ts";
import { transitionsOf } from "../transitions.ts";

const DAY_S = 86_400;
const anyGap = fc.option(fc.constantFrom<Gap>(...GAPS), { nil: undefined });
const anyOverlap = fc.option(fc.constantFrom<Overlap>(...OVERLAPS), { nil: undefined });

function compare(
  expression: Parameters<Parameters<typeof anyExpression.map>[0]>[0],
  timeZone: string,
  gap: Gap | undefined,
  overlap: Overlap | undefined,
  fromS: number,
  days: number,
): void {
  const toS = fromS + days * DAY_S;
  const segments = segmentsOf(timeZone, fromS, toS);
  const expected = bruteFires({
    matches: expression.matches,
    segments,
    gap: gap ?? (expression.fixed ? "after" : "skip"),
    overlap: overlap ?? (expression.fixed ? "first" : "both"),
    fromS,
    toS,
  });
  const trigger = cron(expression.text, { timeZone, gap, overlap });
  const at = `${expression.text} ${timeZone} ${gap}/${overlap}`;
  assertSame(chainFires(trigger, fromS, toS), expected, at);
}

test("cron() fires like a walk over every minute does, for random expressions around transitions", () => {
  fc.assert(
    fc.property(
      anyExpression,
      anyZone,
      anyGap,
      anyOverlap,
      fc.nat(),
      (expression, zone, gap, overlap, pick) => {
        const transitions = transitionsOf(zone, 1990, 2037);
        const atS = transitions[pick % Math.max(1, transitions.length)]?.atS ?? 3 * DAY_S + pick;
        compare(expression, zone, gap, overlap, atS - DAY_S, 3);
      },
    ),
    { numRuns: 1500 },
  );
});

test("cron() fires like a walk over every minute does, for random expressions over three months", () => {
  const anyStart = fc.integer({ min: 3 * DAY_S, max: Date.UTC(2037, 0, 1) / 1000 });
  fc.assert(
    fc.property(
      anyExpression,
      anyZone,
      anyGap,
      anyOverlap,
      anyStart,
      (expression, zone, gap, overlap, fromS) => {
        compare(expression, zone, gap, overlap, fromS, 92);
      },
    ),
    { numRuns: 150 },
  );
});
