import assert from "node:assert/strict";
import { durationFromText } from "../../../src/cli/configuration/duration_text.ts";
import { durationMs } from "../../../src/time/duration.ts";
import { test } from "../../harness.ts";

test("durationFromText() reads the short form", () => {
  const lengths: Readonly<Record<string, number>> = {
    "500ms": 500,
    "30s": 30_000,
    "5m": 300_000,
    "1h30m": 5_400_000,
    "2d": 172_800_000,
    "1w": 604_800_000,
    " 10s ": 10_000,
    "1s1s": 2000,
  };
  for (const [text, lengthMs] of Object.entries(lengths)) {
    assert.equal(durationMs(durationFromText(text), "x"), lengthMs, text);
  }
});

test("durationFromText() leaves all else for the next reader: ISO 8601, and what cannot be read", () => {
  for (const text of ["PT30S", "30", "1.5h", "5 minutes", "", "m5"]) {
    assert.equal(durationFromText(text), text);
  }
});
