/**
 * The same expressions in three other engines. Each test says which expressions are left out because the engine differs,
 * and why; `docs/triggers.md` has the same list for people who come from one of them.
 */
import assert from "node:assert/strict";
import { CronExpressionParser } from "cron-parser";
import { parseCronExpression } from "cron-schedule";
import { Cron } from "croner";
import { fc } from "../properties.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { test } from "../harness.ts";
import { anyExpression } from "./cron/cron_arbitrary.ts";
import type { Expression } from "./cron/cron_arbitrary.ts";
import { assertSame } from "./oracle.ts";
import { allTransitions } from "./transitions.ts";

const FIRES = 5;
const anyStart = fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2036, 0, 1) / 1000 });

/** The fires of another engine: milliseconds, fewer than asked for when there are no more. */
type Engine = (text: string, timeZone: string, fromMs: number) => number[];

const croner: Engine = (text, timezone, fromMs) =>
  new Cron(text, { timezone }).nextRuns(FIRES, new Date(fromMs)).map((fire) => fire.getTime());

const cronParser: Engine = (text, tz, fromMs) => {
  const expression = CronExpressionParser.parse(text, { tz, currentDate: new Date(fromMs) });
  return Array.from({ length: FIRES }, () => expression.next().getTime());
};

const cronSchedule: Engine = (text, _utc, fromMs) =>
  parseCronExpression(text).getNextDates(FIRES, new Date(fromMs)).map((fire) => fire.getTime());

function ours(text: string, timeZone: string, fromMs: number): number[] {
  const trigger = cron(text, { timeZone });
  const fires: number[] = [];
  for (let next = trigger.nextAfterMs(fromMs); next !== undefined && fires.length < FIRES;) {
    fires.push(next);
    next = trigger.nextAfterMs(next);
  }
  return fires;
}

function compare(
  engine: Engine,
  timeZones: readonly string[],
  understands: (expression: Expression) => boolean,
  numRuns = 3000,
): void {
  let compared = 0;
  fc.assert(
    fc.property(
      anyExpression.filter(understands),
      anyStart,
      fc.constantFrom(...timeZones),
      (expression, startS, timeZone) => {
        const fromMs = startS * 1000;
        const expected = ours(expression.text, timeZone, fromMs);
        // A search that meets a gap or an overlap is where engines differ; the oracle's tests are for those.
        if (expected.length < FIRES || crossesChange(timeZone, fromMs, expected.at(-1)!)) return;
        const actual = attempt(() => engine(expression.text, timeZone, fromMs));
        if (!actual) return;
        compared++;
        assertSame(
          actual.map((ms) => ms / 1000),
          expected.map((ms) => ms / 1000),
          `${expression.text} ${timeZone}`,
        );
      },
    ),
    { numRuns },
  );
  assert.ok(compared > 200, `only ${compared} expressions were compared`);
}

/** The result of an engine; undefined for text that it refuses. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function crossesChange(timeZone: string, fromMs: number, toMs: number): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(fromMs - 86_400_000).toZonedDateTimeISO(timeZone);
  const next = zoned.getTimeZoneTransition("next");
  return next !== null && next.epochMilliseconds < toMs + 86_400_000;
}

/** The zone of the process, the only one that cron-schedule knows. */
const processZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

test("cron() fires like croner where croner understands the text", () => {
  // It refuses `a/n`, ranges round the week, and L-n or LW in a list. It takes a `*` in a list with L for the
  // whole field when a weekday is given too, and then drops that `*`.
  const starBesideLast = /(?:^|,)(?:[*?],.*L|L.*,[*?](?:,|$))/;
  compare(croner, ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"], ({ text }) => {
    return !starBesideLast.test(text.split(" ")[2]!);
  });
});

test("cron() fires like cron-parser where cron-parser understands the text", () => {
  // It refuses values that are given twice, `+`, W and ranges round the week: nine of ten random texts. Those are left
  // out beforehand, or hardly any would be compared.
  compare(cronParser, ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"], ({ text }) => {
    return attempt(() => CronExpressionParser.parse(text)) !== undefined;
  }, 1000);
});

test("cron() fires like cron-schedule where cron-schedule understands the text", () => {
  // It reads numbers up to the first character that is none, so it takes `5/15`, `15W`, `5L`, `fri#2` and `+5` for
  // plain numbers, and it takes a day field that covers every value for `*`, which turns OR into AND.
  compare(cronSchedule, [processZone], ({ text }) => {
    const [minute, hour, day, month, dayOfWeek] = text.split(" ") as [string, string, string, string, string];
    const misread = /(?:^|,)\w+\/|[LW#+]/i.test(
      [minute, hour, day, month, dayOfWeek].join(",").replaceAll(/[a-z]{3}/gi, "1"),
    );
    const literally = (field: string) => field === "*" || field === "?";
    return !misread && (literally(day) || literally(dayOfWeek));
  });
});

test("cron() runs fixed times like croner around changes by an hour", () => {
  for (const [index, { timeZone, atS, beforeS, afterS }] of allTransitions(2000, 2037).entries()) {
    if (Math.abs(afterS - beforeS) !== 3600) continue;
    const wall = new Date((atS + Math.min(beforeS, afterS) + index % 4 * 900) * 1000);
    // It loses the fire of a gap that ends at midnight (Nuuk), because the end is another day.
    if (wall.getUTCHours() === 23) continue;
    const text = `${wall.getUTCMinutes()} ${wall.getUTCHours()} * * *`;
    const fromMs = (atS - 40_000) * 1000;
    const theirs = croner(text, timeZone, fromMs).map((ms) => ms / 1000);
    assertSame(ours(text, timeZone, fromMs).map((ms) => ms / 1000), theirs, `${text} ${timeZone}`);
  }
});
