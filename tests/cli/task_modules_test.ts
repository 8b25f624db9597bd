import assert from "node:assert/strict";
import { join } from "node:path";
import { importTaskModules, taskSources } from "../../src/cli/task_modules.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import { test } from "../harness.ts";
import { sampleTasks, withProject } from "./sample_project.ts";

test("importTaskModules() finds tasks and instances, and leaves helpers alone", async () => {
  await withProject(sampleTasks, async ({ folder }) => {
    const modules = await importTaskModules(join(folder, "tasks"));
    assert.deepEqual(modules.map(({ file, sources }) => [file, sources.length]), [
      ["greeter.ts", 1],
      ["samples.ts", 3],
    ]);
    const registry = new TaskRegistry();
    registry.add(taskSources(modules));
    assert.deepEqual(registry.names(), ["sample.add", "sample.fail", "sample.greet", "sample.tick"]);
  });
});

test("importTaskModules() finds classes with decorated static methods", async () => {
  const text = `
    import { task } from "carillon";
    export class Tools { static clean() {} }
    task({ name: "clean" })(Tools, "clean", Object.getOwnPropertyDescriptor(Tools, "clean"));
    export class Plain { static clean() {} }`;
  await withProject({ "tools.ts": text }, async ({ folder }) => {
    const registry = new TaskRegistry();
    registry.add(taskSources(await importTaskModules(folder)));
    assert.deepEqual(registry.names(), ["clean"]);
  });
});

test("importTaskModules() keeps a class whose decorated methods lack an instance, which is refused", async () => {
  const text = `
    import { task } from "carillon";
    export class Reports { daily() {} }
    task()(Reports.prototype, "daily", Object.getOwnPropertyDescriptor(Reports.prototype, "daily"));`;
  await withProject({ "reports.ts": text }, async ({ folder }) => {
    const sources = taskSources(await importTaskModules(folder));
    assert.throws(() => new TaskRegistry().add(sources), /no instance in 'tasks'/);
  });
});

test("importTaskModules() takes the same task once, however often it is exported", async () => {
  const files = {
    "a.ts": `import { task } from "carillon";
      export const one = task({ name: "one", run() {} });
      export const again = one;`,
    "b.ts": `export * from "./a.ts";`,
  };
  await withProject(files, async ({ folder }) => {
    assert.equal(taskSources(await importTaskModules(folder)).length, 1);
  });
});

test("importTaskModules() leaves out folders, tests, type declarations and hidden files", async () => {
  const files = {
    "parts/helper.ts": "throw new Error('a helper');",
    "a_test.ts": "throw new Error('a test');",
    "a.test.ts": "throw new Error('a test');",
    "types.d.ts": "export interface A {}",
    "_shared.ts": "throw new Error('not a module of tasks');",
    ".hidden.ts": "throw new Error('hidden');",
    "notes.md": "# Notes",
    "empty.js": "export const nothing = 1;",
  };
  await withProject(files, async ({ folder }) => {
    assert.deepEqual(await importTaskModules(folder), [{ file: "empty.js", sources: [] }]);
  });
});

test("importTaskModules() reports a module that throws with its file and reason, beside the others", async () => {
  const files = { ...sampleTasks, "tasks/broken.ts": "throw new Error('no database here');" };
  await withProject(files, async ({ folder }) => {
    const modules = await importTaskModules(join(folder, "tasks"));
    assert.equal(modules.length, 3);
    assert.throws(() => taskSources(modules), {
      code: "taskModuleFailed",
      message: "Task module 'broken.ts' cannot be imported: no database here",
    });
  });
});

test("importTaskModules() refuses a folder that is not there", async () => {
  await withProject({}, async ({ folder }) => {
    await assert.rejects(importTaskModules(join(folder, "tasks")), { code: "taskModuleFailed" });
  });
});
