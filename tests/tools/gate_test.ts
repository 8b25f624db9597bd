import { runGate } from "../../tools/gate.ts";
import type { Step, StepOutcome } from "../../tools/step.ts";
import { test } from "../harness.ts";
import assert from "node:assert/strict";

function step(name: string, outcome: Partial<StepOutcome>): Step {
  return {
    name,
    run: () => Promise.resolve({ passed: 0, failed: 0, skipped: 0, output: "", ...outcome }),
  };
}

async function run(stages: readonly (readonly Step[])[]) {
  let text = "";
  const code = await runGate(stages, (more) => void (text += more));
  return { code, text, lastLine: text.trimEnd().split("\n").at(-1) };
}

test("runGate() ends with the sum of all steps as its last line", async () => {
  const stages = [[step("format", { passed: 1 }), step("lint", { passed: 1 })], [
    step("tests", { passed: 40 }),
  ]];
  const { code, lastLine } = await run(stages);
  assert.equal(code, 0);
  assert.equal(lastLine, "42 passed, 0 failed");
});

test("runGate() continues after a failure, shows its output, and exits with 1", async () => {
  const stages = [
    [step("format", { failed: 1, output: "src/a.ts is not formatted" })],
    [step("tests", { passed: 3, failed: 2, output: "two tests failed" })],
  ];
  const { code, text, lastLine } = await run(stages);
  assert.equal(code, 1);
  assert.equal(lastLine, "3 passed, 3 failed");
  assert.match(text, /src\/a\.ts is not formatted/);
  assert.match(text, /two tests failed/);
});

test("runGate() counts a step that throws as failed", async () => {
  const { code, text, lastLine } = await run([[{
    name: "get Bun",
    run: () => Promise.reject(new Error("no network")),
  }]]);
  assert.equal(code, 1);
  assert.equal(lastLine, "0 passed, 1 failed");
  assert.match(text, /no network/);
});
