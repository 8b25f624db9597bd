import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { test } from "../harness.ts";

const folder = new URL("../../tasks/", import.meta.url);

test("tasks/ holds modules whose exports are tasks, each with a description and a schedule", async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(names.map((name) => import(new URL(name, folder).href)));
  const sources = modules.flatMap((module) => Object.values(module) as TaskSource[]);
  await using scheduler = new Scheduler({ tasks: sources });
  await scheduler.startInBackground({ paused: true });

  const tasks = await scheduler.getTasks();
  assert.deepEqual(tasks.map(({ name }) => name), [
    "database.backup",
    "machine.forget",
    "machine.sample",
    "report.machine",
  ]);
  for (const { name, description } of tasks) assert.ok(description, `${name} has no description`);
  const scheduled = new Set((await scheduler.getSchedules()).items.map(({ taskName }) => taskName));
  assert.deepEqual([...scheduled].sort(), tasks.map(({ name }) => name));
});
