import assert from "node:assert/strict";
import { and, or } from "../../src/triggers/and_or.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { date } from "../../src/triggers/date.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import { sameTrigger } from "../../src/triggers/definition.ts";
import type { TriggerJSON } from "../../src/triggers/trigger.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_registry.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

/** Triggers and how they are stored: this form must stay readable forever. */
const STORED: readonly (readonly [make: () => { toJSON(): TriggerJSON }, json: TriggerJSON])[] = [
  [
    () => cron("  0  9 * * mon-fri ", { timeZone: "europe/berlin", gap: "skip", end: "2026-12-31 10:00" }),
    {
      kind: "cron",
      expression: "0 9 * * mon-fri",
      timeZone: "Europe/Berlin",
      end: "2026-12-31T10:00:00",
      gap: "skip",
    },
  ],
  [() => cron({ hour: 9, dayOfWeek: "mon" }), { kind: "cron", fields: { dayOfWeek: "mon", hour: "9" } }],
  [() => date("2026-12-24 18:00"), { kind: "date", when: "2026-12-24T18:00:00" }],
  [() => date(new Date(0)), { kind: "date", when: "1970-01-01T00:00:00Z" }],
  [
    () => interval({ hours: 1 }, { start: "2026-01-01T01:00+01:00", first: "afterPeriod" }),
    { kind: "interval", everyMs: 3_600_000, start: "2026-01-01T00:00:00Z", first: "afterPeriod" },
  ],
  [
    () =>
      calendarInterval({ years: 1, weeks: 1 }, {
        at: { hour: 9 },
        start: Temporal.PlainDate.from("2026-01-31"),
      }),
    { kind: "calendarInterval", months: 12, days: 7, at: "09:00", start: "2026-01-31" },
  ],
  [
    () => calendarInterval({ weeks: 1 }, { dayOfWeek: "sunday", overlap: "both", onInvalidDay: "last" }),
    { kind: "calendarInterval", days: 7, at: "00:00", overlap: "both", onInvalidDay: "last", dayOfWeek: 0 },
  ],
  [() => fixedDelay("PT5M"), { kind: "fixedDelay", delayMs: 300_000 }],
  [
    () =>
      and([interval({ seconds: 1 }), fixedDelay({ seconds: 2 })], {
        threshold: { seconds: 0 },
        maxIterations: 5,
      }),
    {
      kind: "and",
      triggers: [{ kind: "interval", everyMs: 1000 }, { kind: "fixedDelay", delayMs: 2000 }],
      thresholdMs: 0,
      maxIterations: 5,
    },
  ],
  [() => or([interval({ seconds: 1 })]), { kind: "or", triggers: [{ kind: "interval", everyMs: 1000 }] }],
  [
    () => interval({ seconds: 1 }).except("a").only("b", { onHoliday: "next" }),
    {
      kind: "only",
      calendar: "b",
      onHoliday: "next",
      trigger: { kind: "except", calendar: "a", trigger: { kind: "interval", everyMs: 1000 } },
    },
  ],
];

test("toJSON() gives the stored form, and triggerFromJSON() the trigger back", () => {
  for (const [make, json] of STORED) {
    assert.deepEqual(make().toJSON(), json);
    assert.deepEqual(triggerFromJSON(JSON.parse(JSON.stringify(json))).toJSON(), json);
  }
});

test("triggerFromJSON() refuses JSON that its kind does not understand", () => {
  const wrong: unknown[] = [
    undefined,
    null,
    "cron",
    [],
    {},
    { kind: 5 },
    { kind: "cron" },
    { kind: "cron", expression: "x" },
    { kind: "cron", expression: "0 9 * * *", fields: { hour: "9" } },
    { kind: "cron", expression: "0 9 * * *", extra: true },
    { kind: "cron", fields: null },
    { kind: "date" },
    { kind: "interval", everyMs: 0 },
    { kind: "interval", everyMs: "PT1H" },
    { kind: "interval", everyMs: 1.5 },
    { kind: "calendarInterval", days: "7" },
    { kind: "fixedDelay", delayMs: null },
    { kind: "or", triggers: {} },
    { kind: "and", triggers: [] },
    { kind: "and", triggers: [{ kind: "interval", everyMs: 1 }], thresholdMs: "1" },
    { kind: "except", calendar: "a" },
    { kind: "only", trigger: { kind: "interval", everyMs: 1 } },
  ];
  for (const json of wrong) refusal(() => triggerFromJSON(json), "invalidTrigger", JSON.stringify(json));
  const near = refusal(() => triggerFromJSON({ kind: "corn" }), "unknownTriggerKind");
  assert.match(near.message, /did you mean 'cron'/);
  let nested: TriggerJSON = { kind: "interval", everyMs: 1 };
  for (let i = 0; i < 100; i++) nested = { kind: "or", triggers: [nested] };
  refusal(() => triggerFromJSON(nested));
});

test("sameTrigger() compares definitions, whatever the order of keys", () => {
  const a = cron("0 9 * * *", { timeZone: "Europe/Berlin", gap: "skip" });
  assert.ok(sameTrigger(a, cron(" 0 9  * * *", { gap: "skip", timeZone: "europe/berlin" })));
  assert.ok(
    sameTrigger(a, { gap: "skip", timeZone: "Europe/Berlin", expression: "0 9 * * *", kind: "cron" }),
  );
  assert.ok(sameTrigger(interval({ hours: 1 }), interval("PT60M", { first: "atStart" })));
  const others = [
    cron("0 9 * * *"),
    cron("0 9 * * *", { timeZone: "Europe/Berlin" }),
    cron("0 9 * * *", { timeZone: "Europe/Paris", gap: "skip" }),
    cron("0 10 * * *", { timeZone: "Europe/Berlin", gap: "skip" }),
    a.except("holidays"),
    or([a]),
  ];
  for (const other of others) assert.ok(!sameTrigger(a, other), JSON.stringify(other));
  assert.ok(!sameTrigger(or([a, others[0]!]), or([others[0]!, a])));
});
