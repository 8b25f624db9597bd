/**
 * The long version of the comparisons in `transitions_test.ts` and `cron_oracle_test.ts`, for hours rather than
 * seconds: every transition of every zone (1971–2100, also those that are equal in several zones) with every
 * policy and more shapes, and random expressions without end in sight.
 *
 *     deno run -A tests/triggers/exhaustive.ts [minutes of random expressions, 5 unless told]
 */
import fc from "fast-check";
import { cron } from "../../src/triggers/cron/cron.ts";
import { anyExpression, anyZone } from "./cron/cron_arbitrary.ts";
import { assertSame, bruteFires, chainFires, GAPS, OVERLAPS, segmentsOf } from "./oracle.ts";
import type { Wall } from "./oracle.ts";
import { transitionsOf } from "./transitions.ts";

const DAY_S = 86_400;
const SHAPES: readonly (readonly [expression: string, matches: (wall: Wall) => boolean])[] = [
  ["* * * * *", () => true],
  ["*/7 */3 * * *", ({ minute, hour }) => minute % 7 === 0 && hour % 3 === 0],
  ["0 0 * * *", ({ minute, hour }) => minute === 0 && hour === 0],
  ["30 0-3,23 * * *", ({ minute, hour }) => minute === 30 && (hour <= 3 || hour === 23)],
  ["59 23 * * sat,sun", ({ minute, hour, weekday }) => minute === 59 && hour === 23 && weekday % 6 === 0],
];

function log(text: string): void {
  (globalThis as { readonly console?: { log(text: string): void } }).console?.log(text);
}

function everyTransition(): number {
  let compared = 0;
  const zones = Intl.supportedValuesOf("timeZone");
  for (const [index, timeZone] of zones.entries()) {
    for (const { atS } of transitionsOf(timeZone, 1971, 2100)) {
      const [fromS, toS] = [atS - DAY_S, atS + DAY_S];
      const segments = segmentsOf(timeZone, fromS, toS);
      for (const [expression, matches] of SHAPES) {
        for (const gap of GAPS) {
          for (const overlap of OVERLAPS) {
            const expected = bruteFires({ matches, segments, gap, overlap, fromS, toS });
            const actual = chainFires(cron(expression, { timeZone, gap, overlap }), fromS, toS);
            assertSame(actual, expected, `${expression} ${timeZone} ${gap}/${overlap} around ${atS}`);
            compared++;
          }
        }
      }
    }
    if (index % 20 === 0) log(`${timeZone}: ${compared} comparisons so far`);
  }
  return compared;
}

function randomExpressions(minutes: number): number {
  let compared = 0;
  const anyStart = fc.integer({ min: 3 * DAY_S, max: Date.UTC(2099, 0, 1) / 1000 });
  const policies = fc.tuple(fc.constantFrom(...GAPS), fc.constantFrom(...OVERLAPS));
  fc.assert(
    fc.property(anyExpression, anyZone, policies, anyStart, (expression, timeZone, [gap, overlap], fromS) => {
      const toS = fromS + 400 * DAY_S;
      const segments = segmentsOf(timeZone, fromS, toS);
      const expected = bruteFires({ matches: expression.matches, segments, gap, overlap, fromS, toS });
      const actual = chainFires(cron(expression.text, { timeZone, gap, overlap }), fromS, toS);
      assertSame(actual, expected, `${expression.text} ${timeZone} ${gap}/${overlap}`);
      compared++;
    }),
    { numRuns: 1e9, interruptAfterTimeLimit: minutes * 60_000 },
  );
  return compared;
}

const argument = (globalThis as { readonly process?: { readonly argv: readonly string[] } }).process?.argv[2];
log(`${randomExpressions(Number(argument ?? 5))} random expressions over 400 days each: all alike`);
log(`${everyTransition()} comparisons around transitions: all alike`);
