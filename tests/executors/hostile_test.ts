import assert from "node:assert/strict";
import type { Executor } from "../../src/executors/executor.ts";
import { eventLoop } from "../../src/executors/event_loop.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { libsql } from "../../src/stores/libsql.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { memory } from "../../src/stores/memory.ts";
import { withFile } from "../folders.ts";
import { test } from "../harness.ts";
import { plainRecipes, recipes } from "../hostile.ts";
import { fc } from "../properties.ts";
import { LibsqlServer, noServer } from "../stores/server.ts";
import * as tasks from "./hostile_tasks.ts";
import { pools } from "./pools.ts";

const { listing, logging, resolving, throwing } = tasks;
const modules = [new URL("./hostile_tasks.ts", import.meta.url)];

/** Runs tasks on every kind of hostile value: each job ends with an outcome after its attempts. */
async function runHostile(store: DataStore, executor: Executor, generated = 40): Promise<void> {
  await using scheduler = new Scheduler({
    store,
    tasks: Object.values(tasks),
    executors: { tested: executor },
  });
  const drawn = [...plainRecipes, ...fc.sample(recipes, { numRuns: generated, seed: 20_260_101 })];
  const requests = drawn.flatMap((input) => [
    ...[throwing, resolving, logging].map((task) => ({ task, input, options: {} })),
    ...[null, input, null].map((input) => ({ task: listing, input, options: {} })),
  ]);
  const handles = await scheduler.addJobs(requests);
  await scheduler.runUntilIdle({ until: "empty" });
  const jobs = await Promise.all(handles.map((handle) => handle.status()));
  for (const [index, { state, outcome, attempt, taskName }] of jobs.entries()) {
    const { input } = requests[index]!;
    const facts = `${taskName} ${JSON.stringify(input)}: ${state} ${outcome} after ${attempt} attempts`;
    assert.ok(state === "finished" && attempt <= 2, facts);
    const isFine = taskName === "logging" || input === null;
    assert.ok(isFine ? outcome === "success" : outcome !== undefined, facts);
  }
  const failed = jobs.filter(({ taskName }) => taskName === "throwing");
  assert.ok(
    failed.every(({ outcome, error }) => outcome === "success" || typeof error?.message === "string"),
  );
}

const places: readonly Executor[] = [
  eventLoop(),
  ...Object.values(pools).map((open) => open({ modules, max: 1 })),
];

for (const place of places) {
  test(`${place.kind}() ends jobs whatever they throw, return and log`, async () => {
    await runHostile(memory(), place);
  });
}

test("jobs end on a file whatever they throw, return and log", async () => {
  await withFile((url) => runHostile(libsql(url), eventLoop()));
});

test(`jobs end on a server whatever they throw, return and log${noServer ?? ""}`, async () => {
  const server = await LibsqlServer.start();
  try {
    await runHostile(libsql(`http://${server.host}`), eventLoop(), 0);
  } finally {
    await server.end();
  }
}, { ignore: noServer !== undefined });
