import assert from "node:assert/strict";
import { z } from "zod";
import type { TaskContext } from "../../src/context/task_context.ts";
import { defaultRunSettings } from "../../src/model/settings.ts";
import { taskWrite } from "../../src/registry/registered_task.ts";
import { task, taskRef } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import type { Task } from "../../src/registry/task_types.ts";
import { test } from "../harness.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { thrown } from "./thrown.ts";

const hourly = sampleTrigger();

function registered(made: Task<unknown, unknown>): ReturnType<TaskRegistry["byName"]> {
  const registry = new TaskRegistry();
  registry.add([made]);
  return registry.resolve(made);
}

/** A definition as code without types may write it. */
function untyped(definition: unknown): Task<unknown, unknown> {
  return (task as (definition: unknown) => unknown)(definition) as Task<unknown, unknown>;
}

test("task() keeps everything given, checked and in stored form", () => {
  const retryIf = () => true;
  const backoff = () => ({ seconds: 1 });
  const input = z.string();
  const found = registered(task({
    name: "full",
    description: "Does it",
    version: 3,
    input,
    metadata: { team: ["sales"] },
    maxRunningJobs: null,
    timeout: "PT30S",
    priority: -5,
    retry: { maxAttempts: 4, backoff, retryIf },
    run: (text) => text.length,
  }));
  assert.equal(found.description, "Does it");
  assert.equal(found.version, 3);
  assert.equal(found.input, input);
  assert.equal(found.backoff, backoff);
  assert.equal(found.retryIf, retryIf);
  assert.deepEqual(found.metadata, { team: ["sales"] });
  const { maxRunningJobs, timeoutMs, priority, retry, ...rest } = found.overrides;
  assert.deepEqual([maxRunningJobs, timeoutMs, priority], [null, 30_000, -5]);
  assert.equal(retry?.maxAttempts, 4);
  assert.equal(retry?.backoff.kind, "custom");
  assert.deepEqual(rest, {}, "what was not said is left to the scheduler's defaults");
});

test("task() calls run as a method of its definition", () => {
  const found = registered(untyped({
    name: "greet",
    run(this: { name: string }): string {
      return this.name;
    },
  }));
  assert.equal(found.call(undefined, {} as TaskContext), "greet");
});

test("task() does not change the caller's object and is not changed by it later", () => {
  const metadata = { tags: ["a"] };
  const definition = Object.freeze({ name: "frozen", metadata, run: () => 1 });
  const found = registered(task(definition));
  metadata.tags.push("b");
  assert.deepEqual(found.metadata, { tags: ["a"] });
});

test("task() declares schedules with their default ids", () => {
  const found = registered(task({
    name: "report",
    input: z.object({ day: z.string() }),
    schedules: [
      { trigger: hourly, input: { day: "monday" } },
      { trigger: hourly, input: { day: "friday" }, overlap: "skip", paused: true },
    ],
    run: ({ day }) => day,
  }));
  assert.deepEqual(found.schedules.map(({ id, options }) => [id, options.input, options.policies.overlap]), [
    ["report", { day: "monday" }, "queueOne"],
    ["report#2", { day: "friday" }, "skip"],
  ]);
  assert.equal(found.schedules[1]?.options.paused, true);
  assert.equal(found.schedules[0]?.trigger, hourly);
});

test("add() refuses a schedule id that is declared twice, but not in two stores", () => {
  const one = task({ name: "one", schedules: [{ trigger: hourly, id: "same" }], run: () => 1 });
  const two = task({ name: "two", schedules: [{ trigger: hourly, id: "same" }], run: () => 1 });
  const other = task({
    name: "other",
    schedules: [{ trigger: hourly, id: "same", store: "other" }],
    run: () => 1,
  });
  const registry = new TaskRegistry();
  const error = thrown(() => registry.add([one, two]), "invalidTask");
  assert.match(error.message, /Schedule id 'same' is declared twice, by tasks 'one' and 'two'/);
  registry.add([one, other]);
});

test("task() refuses a definition that breaks a rule, naming the option and the task", () => {
  const run = () => 1;
  const cases: [unknown, "invalidOption" | "invalidTask", RegExp][] = [
    [{ run }, "invalidOption", /'name' of a task must be a string that is not empty/],
    [{ name: "", run }, "invalidOption", /must be a string that is not empty/],
    [{ name: " a", run }, "invalidOption", /blanks at its ends/],
    [{ name: "a\nb", run }, "invalidOption", /control characters/],
    [{ name: `a${"\ud83d"}`, run }, "invalidOption", /cut off within a character/],
    [{ name: "x".repeat(201), run }, "invalidOption", /at most 200 characters/],
    [{ name: "a", run: 1 }, "invalidTask", /'run' of task 'a' must be a function, but got number/],
    [{ name: "a", run, retires: {} }, "invalidOption", /no option 'retires' for task 'a'/],
    [{ name: "a", run, retyr: {} }, "invalidOption", /did you mean 'retry'\?/],
    [
      { name: "a", run, timeout: { seconds: -1 } },
      "invalidOption",
      /'timeout' of task 'a' must not be negative/,
    ],
    [
      { name: "a", run, version: 0 },
      "invalidOption",
      /'version' of task 'a' must be a whole number of at least 1/,
    ],
    [{ name: "a", run, input: {} }, "invalidOption", /'input' of task 'a' must be a schema/],
    [
      { name: "a", run, metadata: { at: new Date() } },
      "invalidOption",
      /'metadata.at' of task 'a' must be a JSON/,
    ],
    [{ name: "a", run, schedules: {} }, "invalidOption", /'schedules' of task 'a' must be a list/],
    [{ name: "a", run, schedules: [{}] }, "invalidTask", /schedule of task 'a' needs a trigger/],
    [{ name: "a", run, schedules: [{ trigger: "* * * * *" }] }, "invalidTask", /but got '\* \* \* \* \*'/],
    [
      { name: "a", run, schedules: [{ trigger: hourly, overlap: "wait" }] },
      "invalidOption",
      /a schedule of task 'a'/,
    ],
  ];
  for (const [definition, code, message] of cases) {
    assert.match(thrown(() => untyped(definition), code).message, message);
  }
});

test("taskRef() refuses a name that cannot be one", () => {
  thrown(() => taskRef(""), "invalidOption");
  assert.equal(taskRef("mail.digest").name, "mail.digest");
});

test("taskWrite() fills in the scheduler's defaults and then the defaults table", () => {
  const found = registered(task({ name: "a", timeout: { seconds: 1 }, run: () => 1 }));
  assert.deepEqual(taskWrite(found, { timeoutMs: 5, priority: 7 }), {
    name: "a",
    description: null,
    version: 1,
    metadata: {},
    settings: { ...defaultRunSettings, timeoutMs: 1000, priority: 7 },
  });
});
