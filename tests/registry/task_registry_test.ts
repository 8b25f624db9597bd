import assert from "node:assert/strict";
import type { TaskContext } from "../../src/context/task_context.ts";
import { task, taskRef } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import type { TaskReference, TaskSource } from "../../src/registry/task_types.ts";
import { test } from "../harness.ts";
import { thrown } from "./thrown.ts";

const context = {} as TaskContext;

class Reports {
  constructor(readonly team = "sales") {}
  @task({ name: "reports.daily" })
  daily(): string {
    return this.team;
  }
  undecorated(): void {}
}

class Cleaner {
  @task()
  static clean(): string {
    return "clean";
  }
}

const ping = task({ name: "ping", run: () => "pong" });

function registryOf(...sources: TaskSource[]): TaskRegistry {
  const registry = new TaskRegistry();
  registry.add(sources);
  return registry;
}

/** A reference as code without types may pass it. */
function untyped(value: unknown): TaskReference {
  return value as TaskReference;
}

test("add() takes function tasks, classes and instances", () => {
  const registry = registryOf(ping, new Reports(), Cleaner);
  assert.deepEqual(registry.names(), ["Cleaner.clean", "ping", "reports.daily"]);
  assert.deepEqual(registry.tasks().map((found) => found.call(undefined, context)), [
    "clean",
    "pong",
    "sales",
  ]);
});

test("add() takes the same task, class or instance listed twice as one", () => {
  const reports = new Reports();
  const registry = registryOf(ping, ping, reports, Reports, reports, Cleaner, Cleaner);
  registry.add([ping, reports]);
  assert.deepEqual(registry.names(), ["Cleaner.clean", "ping", "reports.daily"]);
});

test("add() refuses two tasks of one name and tells both places", () => {
  const other = task({ name: "ping", run: () => "other" });
  const error = thrown(() => registryOf(ping, other), "duplicateTask");
  const places = error.details["places"] as string[];
  assert.equal(new Set(places).size, 2);
  for (const place of places) assert.match(place, /task_registry_test\.ts:\d+$/);
  for (const place of places) assert.ok(error.message.includes(place));
});

test("add() refuses two instances of one class, whose methods are the same functions", () => {
  const error = thrown(() => registryOf(new Reports("a"), new Reports("b")), "duplicateTask");
  assert.match(error.message, /two instances of one class/);
});

test("add() registers nothing when it refuses something", () => {
  const registry = registryOf(ping);
  thrown(() => registry.add([Cleaner, task({ name: "ping", run: () => 1 })]), "duplicateTask");
  assert.deepEqual(registry.names(), ["ping"]);
  thrown(() => registry.resolve(Cleaner.clean), "unknownTask");
});

test("add() refuses a class with decorated methods when no instance is listed", () => {
  const error = thrown(() => registryOf(Reports), "invalidTask");
  assert.match(error.message, /Class Reports has decorated methods \(daily\) .* new Reports\(/);
  assert.deepEqual(registryOf(Reports, new Reports()).names(), ["reports.daily"]);
});

test("add() with declaredOnly knows the methods of a class without an instance, and does not run them", () => {
  const registry = new TaskRegistry({ declaredOnly: true });
  registry.add([Reports]);
  const found = registry.resolve(Reports.prototype.daily);
  assert.equal(found.name, "reports.daily");
  assert.equal(found.runnable, false);
  assert.match(thrown(() => found.call(undefined, context), "invalidTask").message, /without an instance/);
});

test("add() refuses whatever registers nothing, with the fix", () => {
  class Nothing {}
  const cases: [unknown, RegExp][] = [
    [Nothing, /Class Nothing has no decorated method; decorate one with @task\(\)/],
    [new Nothing(), /An instance of Nothing in 'tasks' has no decorated method/],
    [{ run: () => 1 }, /An object in 'tasks' .* task\(\{ name, run \}\)/],
    [() => 1, /is no task; define it with task\(\{ name, run \}\)/],
    [[ping], /spread it/],
    [taskRef("ping"), /taskRef\("ping"\) only names a task/],
    ["ping", /got a value of type string/],
    [null, /got null/],
  ];
  for (const [source, message] of cases) {
    assert.match(thrown(() => registryOf(source as TaskSource), "invalidTask").message, message);
  }
});

test("add() refuses a module as a whole, with the fix", async () => {
  const module: object = await import("./sample_trigger.ts");
  assert.match(thrown(() => registryOf(module), "invalidTask").message, /Object\.values\(module\)/);
});

test("resolve() finds a task by value, by reference and by method", () => {
  const reports = new Reports();
  const registry = registryOf(ping, reports, Cleaner);
  assert.equal(registry.resolve(ping).name, "ping");
  assert.equal(registry.resolve(taskRef<typeof ping>("ping")).name, "ping");
  assert.equal(registry.resolve(reports.daily).name, "reports.daily");
  assert.equal(registry.resolve(Cleaner.clean).name, "Cleaner.clean");
});

test("resolve() of another instance's method runs on the registered instance", () => {
  const registry = registryOf(new Reports("registered"));
  assert.equal(registry.resolve(new Reports("other").daily).call(undefined, context), "registered");
});

test("resolve() refuses what is not registered or no task, with the fix", () => {
  const registry = registryOf(ping);
  const cases: [unknown, RegExp][] = [
    [new Reports().undecorated, /Method 'undecorated' is no task; decorate it with @task\(\)/],
    [() => 1, /A function without a name is no task/],
    [new Reports().daily, /Method 'daily' is decorated but not registered; .* instance to 'tasks'/],
    [task({ name: "pong", run: () => 1 }), /Task 'pong' is not registered .* did you mean 'ping'\?/],
    [
      task({ name: "something.else", run: () => 1 }),
      /Task 'something.else' .* add it to the scheduler's 'tasks'/,
    ],
    [taskRef("pign"), /did you mean 'ping'\?/],
    [Reports, /'Reports' is a class, not a task/],
    ["ping", /taskRef\("ping"\)/],
    [undefined, /got a value of type undefined/],
    [[ping], /got an array/],
    [{ name: "ping" }, /got a value of type object/],
  ];
  for (const [reference, message] of cases) {
    assert.match(thrown(() => registry.resolve(untyped(reference)), "unknownTask").message, message);
  }
});

test("nameOf() names tasks and references that are not registered here, but no unknown method", () => {
  const registry = new TaskRegistry();
  assert.equal(registry.nameOf(ping), "ping");
  assert.equal(registry.nameOf(taskRef("elsewhere")), "elsewhere");
  thrown(() => registry.nameOf(new Reports().daily), "unknownTask");
});

test("find() returns undefined and byName() throws for an unknown name", () => {
  const registry = registryOf(ping);
  assert.equal(registry.find("ping")?.name, "ping");
  assert.equal(registry.find("pong"), undefined);
  assert.deepEqual(thrown(() => registry.byName("pong"), "unknownTask").details["known"], ["ping"]);
});
