import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import { isCarillonError } from "../../src/errors.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_registry.ts";
import { test } from "../harness.ts";
import { anyExpression } from "./cron/cron_arbitrary.ts";

/** Makes a trigger of what may be nonsense; what is refused must say where and how. */
function attempt(make: () => Trigger, source?: string): Trigger | undefined {
  try {
    return make();
  } catch (error) {
    if (!isCarillonError(error)) throw error;
    assert.ok(["invalidTrigger", "unknownTimeZone", "unknownTriggerKind"].includes(error.code), error.code);
    const { position } = error.details;
    if (source !== undefined && position !== undefined) {
      assert.ok(typeof position === "number" && position >= 0 && position <= source.length);
    }
    return undefined;
  }
}

const alphabet = fc.constantFrom(
  ..." \t*,-/?#LW+0123456789@",
  "mon",
  "fri",
  "jan",
  "last",
  "1st",
  "0",
  "0 ",
  "* ",
  "*/",
  "\n",
  "é",
  "H",
);
const cronLike = fc.array(alphabet, { maxLength: 24 }).map((parts) => parts.join(""));

test("cron() takes or refuses any text, never hangs, and what it takes fires or does not", () => {
  let taken = 0;
  // Good text with one place spoilt comes closest to being understood by mistake.
  const spoilt = fc.tuple(anyExpression, alphabet, fc.nat(), fc.nat(2)).map(([{ text }, part, pick, cut]) => {
    const at = pick % (text.length + 1);
    return text.slice(0, at) + part + text.slice(at + cut);
  });
  fc.assert(
    fc.property(fc.oneof(cronLike, spoilt, fc.string()), (text) => {
      const trigger = attempt(() => cron(text), text);
      if (!trigger) return;
      taken++;
      const fire = trigger.nextAfterMs(Date.UTC(2026, 0, 1));
      if (fire !== undefined) assert.equal(trigger.nextAfterMs(fire - 1), fire);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(taken > 100, `only ${taken} texts were understood`);
});

test("cron() takes or refuses any named fields", () => {
  const value = fc.oneof(
    cronLike,
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, true, "3rd fri", "last", "last sun"),
  );
  const names = ["year", "month", "day", "week", "dayOfWeek", "hour", "minute", "second"];
  const fields = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });
  fc.assert(fc.property(fields, (given) => void attempt(() => cron(given as object))), { numRuns: 5000 });
});

test("triggerFromJSON() takes or refuses any JSON", () => {
  const kinds = [
    "cron",
    "date",
    "interval",
    "calendarInterval",
    "fixedDelay",
    "and",
    "or",
    "except",
    "only",
    "x",
  ];
  const field = fc.constantFrom(
    "expression",
    "fields",
    "everyMs",
    "delayMs",
    "when",
    "months",
    "days",
    "at",
    "start",
  );
  const json = fc.oneof(
    fc.jsonValue(),
    fc.tuple(fc.constantFrom(...kinds), fc.dictionary(field, fc.jsonValue(), { maxKeys: 3 })).map(
      ([kind, rest]) => ({ ...rest, kind }),
    ),
  );
  fc.assert(fc.property(json, (value) => void attempt(() => triggerFromJSON(value))), { numRuns: 5000 });
});

test("nextAfterMs() ends at once for dates that do not exist", () => {
  for (
    const text of [
      "0 0 30 2 *",
      "0 0 31 4,6,9,11 *",
      "0 0 31W 2 *",
      "0 0 0 29 2 * 2023-2027/2",
      "0 0 30 2 +fri#5",
    ]
  ) {
    const trigger = cron(text, { timeZone: "Europe/Berlin" });
    const startedMs = performance.now();
    for (let i = 0; i < 100; i++) assert.equal(trigger.nextAfterMs(Date.UTC(2026, 0, 1)), undefined, text);
    assert.ok(performance.now() - startedMs < 2000, text);
  }
});
