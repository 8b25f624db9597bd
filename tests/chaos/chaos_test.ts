import assert from "node:assert/strict";
import { test } from "../harness.ts";
import { noServer } from "../stores/server.ts";
import { type ChaosOptions, runChaos } from "./run_chaos.ts";

// real time: the processes are real ones, killed and frozen where they stand
const SEED = 20_260_101;

async function survive(scene: ChaosOptions["scene"]): Promise<void> {
  // The machine has other tests to run: it may take its time to get everything done after the faults.
  const options = { scene, seed: SEED, processes: 3, forMs: 6000, faultsMin: 3, settleLeases: 12 };
  const { problems, runs, faults } = await runChaos(options);
  assert.deepEqual(problems, [], `seed ${SEED}`);
  assert.ok(runs > 50, `only ${runs} runs`);
  const made = Object.values(faults).reduce((sum, count) => sum + count, 0);
  assert.ok(made >= 3, `only ${made} faults`);
}

test("real processes on one file lose nothing and double nothing when they are killed and frozen", async () => {
  await survive("file");
});

test(
  `real processes on one server lose nothing and double nothing when they and it are killed${noServer ?? ""}`,
  () => survive("server"),
  { ignore: noServer !== undefined },
);
