import assert from "node:assert/strict";
import { z } from "zod";
import { cron } from "../../src/triggers/cron/cron.ts";
import { or } from "../../src/triggers/and_or.ts";
import { registerTrigger, triggerFromJSON, type TriggerLogic } from "../../src/triggers/trigger_registry.ts";
import { triggerConformance } from "../../src/testing/trigger_conformance.ts";
import { test } from "../harness.ts";
import { refusal } from "./refusal.ts";

const pulse = registerTrigger(
  "test.pulse",
  z.strictObject({ everyMs: z.int().positive(), timeZone: z.string().optional() }),
  ({ everyMs, timeZone }): TriggerLogic => ({
    timeZone,
    nextAfterMs: (epochMs) => {
      const nextMs = Math.floor(epochMs / everyMs + 1) * everyMs;
      return nextMs <= 8.64e15 ? nextMs : undefined;
    },
    definitionInZone: (zone) => ({ everyMs, timeZone: zone }),
  }),
);

triggerConformance({
  name: "a trigger of one's own",
  test,
  triggers: () => [pulse({ everyMs: 1000 }), pulse({ everyMs: 3_600_000, timeZone: "Asia/Tokyo" })],
});

test("registerTrigger() gives triggers that are stored, read, combined and filtered like any", () => {
  const every = pulse({ everyMs: 60_000 });
  assert.deepEqual(every.toJSON(), { kind: "test.pulse", everyMs: 60_000 });
  assert.equal(triggerFromJSON(every.toJSON()).nextAfterMs(0), 60_000);
  assert.equal(or([cron("0 0 1 1 *"), every]).nextAfterMs(1), 60_000);
  assert.equal(triggerFromJSON(every.except("x").toJSON()).kind, "except");
  const inTokyo = every.withTimeZone("asia/tokyo");
  assert.deepEqual(inTokyo.toJSON(), { kind: "test.pulse", everyMs: 60_000, timeZone: "Asia/Tokyo" });
  assert.equal(inTokyo.preview({ from: Temporal.Instant.from("2026-01-01T00:00Z"), limit: 1 })[0]?.hour, 9);
});

test("registerTrigger() checks definitions by their schema, typed and stored", () => {
  refusal(() => pulse({ everyMs: 0 }));
  refusal(() => pulse({ everyMs: 1, kind: "x" } as { everyMs: number }));
  refusal(() => pulse(5 as unknown as { everyMs: number }));
  refusal(() => triggerFromJSON({ kind: "test.pulse", everyMs: "1" }));
  refusal(() => triggerFromJSON({ kind: "test.pulse", everyMs: 1, extra: 1 }));
});

test("registerTrigger() refuses kinds that exist, empty ones, and what is no schema", () => {
  const schema = z.object({});
  const factory = () => ({ nextAfterMs: () => undefined });
  for (const kind of ["cron", "test.pulse", "", " ", 5]) {
    refusal(() => registerTrigger(kind as string, schema, factory));
  }
  refusal(() => registerTrigger("test.noSchema", {} as typeof schema, factory));
});

test("registerTrigger() refuses a schema that is asynchronous", () => {
  const slow = registerTrigger("test.slow", z.object({}).refine(() => Promise.resolve(true)), () => ({
    nextAfterMs: () => undefined,
  }));
  assert.throws(() => slow({}));
});

test("registerTrigger() lets no answer through that a loop could not end on", () => {
  const answers: unknown[] = [0, -1, 0.5, NaN, Infinity, "1", new Date()];
  const wrong = registerTrigger("test.wrong", z.object({ index: z.number() }), ({ index }) => ({
    nextAfterMs: () => answers[index] as number,
  }));
  for (const index of answers.keys()) {
    refusal(() => wrong({ index }).nextAfterMs(0), "triggerFailed", String(index));
  }
});

test("toJSON() gives a copy, so that a stored definition cannot be changed through it", () => {
  const named = cron({ hour: 9 });
  const own = pulse({ everyMs: 5 });
  for (const trigger of [named, own]) {
    const before = JSON.stringify(trigger);
    const json = trigger.toJSON() as { fields?: { hour?: string }; everyMs?: number };
    if (json.fields) json.fields.hour = "10";
    json.everyMs = 7;
    assert.equal(JSON.stringify(trigger), before);
  }
});
