import assert from "node:assert/strict";
import process from "node:process";
import { processes } from "../../src/executors/processes.ts";
import { executorConformance } from "../../src/testing/executor_conformance.ts";
import { test } from "../harness.ts";
import { variables } from "./pool_tasks.ts";
import { modules, start } from "./pools.ts";

executorConformance({
  test: (name, body) => test(`processes: ${name}`, body),
  makeExecutor: (modules) => processes({ modules, max: 2 }),
});

test("processes() keeps the scheduler's own secrets from its children", async () => {
  const given = ["CARILLON_TOKENS", "CARILLON_AUTH_TOKEN", "CARILLON_TOKENS_FILE", "CARILLON_NAME"];
  for (const name of given) process.env[name] = "value";
  try {
    await using scheduler = await start(processes({ modules, max: 1 }), { tasks: [variables] });
    const seen = await scheduler.runJob(variables);
    assert.deepEqual(seen.filter((name) => given.includes(name)), ["CARILLON_NAME"]);
  } finally {
    for (const name of given) delete process.env[name];
  }
});
