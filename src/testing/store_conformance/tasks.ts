import assert from "node:assert/strict";
import { taskWrite } from "./records.ts";
import { defined, only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Writing, changing and counting tasks. */
export const taskTests: readonly StoreCheck[] = [
  check("putTasks() writes tasks and returns them in the order given", async (t) => {
    const writes = [taskWrite("b", { priority: 5 }), taskWrite("a")];
    const records = await t.store.putTasks(writes);
    const added = { overrides: {}, paused: false, runningJobs: 0 };
    assert.deepEqual(records, [{ ...writes[0], ...added }, { ...writes[1], ...added }]);
  }),
  check("putTasks() keeps overrides and pause when the code's settings change", async (t) => {
    await t.store.putTasks([taskWrite("a")]);
    await t.store.updateTask("a", { paused: true, overrides: { maxRunningJobs: null, priority: 3 } });

    const write = { ...taskWrite("a", { maxRunningJobs: 7 }), version: 2, description: "new" };
    const record = only(await t.store.putTasks([write]));

    assert.deepEqual(record, {
      ...write,
      overrides: { maxRunningJobs: null, priority: 3 },
      paused: true,
      runningJobs: 0,
    });
  }),
  check("getTasks() returns the named tasks or all, sorted by name", async (t) => {
    await t.store.putTasks([taskWrite("c"), taskWrite("a"), taskWrite("b")]);
    const namesOf = async (names?: readonly string[]) => (await t.store.getTasks(names)).map((x) => x.name);
    assert.deepEqual(await namesOf(), ["a", "b", "c"]);
    assert.deepEqual(await namesOf(["c", "unknown", "a", "c"]), ["a", "c"]);
    assert.deepEqual(await namesOf([]), []);
  }),
  check("getTasks() counts running jobs from the jobs themselves", async (t) => {
    await t.task("mail");
    await t.task("other");
    const job = await t.running("a");
    await t.add("b");
    const counted = async () => (await t.store.getTasks()).map((task) => [task.name, task.runningJobs]);
    assert.deepEqual(await counted(), [["mail", 1], ["other", 0]]);
    await t.end(job);
    assert.deepEqual(await counted(), [["mail", 0], ["other", 0]]);
  }),
  check("updateTask() replaces what is given and leaves the rest", async (t) => {
    await t.store.putTasks([taskWrite("a", { priority: 1 })]);
    await t.store.updateTask("a", { overrides: { priority: 2, metadata: { team: "mail" } } });
    const record = defined(await t.store.updateTask("a", { paused: true }));
    assert.deepEqual(record.overrides, { priority: 2, metadata: { team: "mail" } });
    assert.equal(record.paused, true);
    assert.equal(record.settings.priority, 1);

    const replaced = defined(await t.store.updateTask("a", { overrides: { timeoutMs: 5 } }));
    assert.deepEqual(replaced.overrides, { timeoutMs: 5 });
    assert.deepEqual(only(await t.store.getTasks(["a"])), replaced);
  }),
  check("removeTask() removes a task with what was set about it", async (t) => {
    await t.store.putTasks([taskWrite("a"), taskWrite("b")]);
    await t.store.updateTask("a", { paused: true });
    assert.equal(await t.store.removeTask("a"), true);
    assert.equal(await t.store.removeTask("a"), false);
    assert.deepEqual((await t.store.getTasks()).map((task) => task.name), ["b"]);
    assert.equal(only(await t.store.putTasks([taskWrite("a")])).paused, false);
  }),
  check("updateTask() returns undefined when there is no such task", async (t) => {
    assert.equal(await t.store.updateTask("a", { paused: true }), undefined);
    assert.deepEqual(await t.store.getTasks(), []);
  }),
];
