import assert from "node:assert/strict";
import { test } from "../harness.ts";
import { runChaos } from "./run_chaos.ts";

// real time: the processes are real ones, killed and frozen where they stand
test("real processes on one file lose no fire and no job when they are killed and frozen", async () => {
  const { problems, runs, kills, stalls } = await runChaos(3, 8000);
  assert.deepEqual(problems, []);
  assert.ok(runs > 50, `only ${runs} runs`);
  assert.ok(kills + stalls > 2);
});
