import assert from "node:assert/strict";
import { z } from "zod";
import { CarillonError, type ErrorCode } from "../../src/errors.ts";
import type { StandardSchema } from "../../src/model/standard_schema.ts";
import type { RegisteredTask } from "../../src/registry/registered_task.ts";
import { task } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import type { Task, TaskSource } from "../../src/registry/task_types.ts";
import { validateInput, validateOutput } from "../../src/registry/validate.ts";
import { test } from "../harness.ts";

function registered(source: TaskSource & object): RegisteredTask {
  const registry = new TaskRegistry();
  registry.add([source]);
  return registry.tasks()[0]!;
}

async function rejected(call: () => unknown, code: ErrorCode): Promise<CarillonError> {
  const error = await Promise.try(call).then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof CarillonError && error.code === code, `${code} was expected, but got ${error}`);
  return error;
}

const nested: Task<unknown, unknown> = task({
  name: "nested",
  input: z.object({ users: z.array(z.object({ "first name": z.string() })), page: z.number().default(1) }),
  output: z.object({ size: z.string().transform(Number) }),
  run: () => ({ size: "1" }),
});

test("validateInput() gives what the schema makes of the input", async () => {
  assert.deepEqual(await validateInput(registered(nested), { users: [] }), { users: [], page: 1 });
});

test("validateInput() reports every issue with its path", async () => {
  const error = await rejected(
    () =>
      validateInput(registered(nested), { users: [{ "first name": "Ada" }, { "first name": 7 }], page: "x" }),
    "invalidInput",
  );
  assert.match(
    error.message,
    /^Input of task 'nested' does not fit its schema: users\[1\]\.first name: .*; page: /,
  );
  const issues = error.details["issues"] as { path: string; message: string }[];
  assert.deepEqual(issues.map(({ path }) => path), ["users[1].first name", "page"]);
  assert.equal(error.details["taskName"], "nested");
  assert.ok(!error.message.includes("\n"));
});

test("validateInput() puts at most five issues in the message and all in the details", async () => {
  const keys = Array.from({ length: 8 }, (_, i) => `key${i}`);
  const schema = z.object(Object.fromEntries(keys.map((key) => [key, z.string()])));
  const found = registered(task({ name: "many", input: schema, run: () => 1 }));
  const error = await rejected(() => validateInput(found, {}), "invalidInput");
  assert.match(error.message, /key4: [^;]*; and 3 more$/);
  assert.equal((error.details["issues"] as unknown[]).length, 8);
});

test("validateInput() waits for a schema that is asynchronous", async () => {
  const schema = z.string().refine((text) => Promise.resolve(text === "yes"), "Must be yes");
  const found = registered(task({ name: "async", input: schema, run: () => 1 }));
  assert.equal(await validateInput(found, "yes"), "yes");
  assert.match((await rejected(() => validateInput(found, "no"), "invalidInput")).message, /Must be yes$/);
});

test("validateInput() takes any Standard Schema, paths of objects and schemas that throw", async () => {
  const schema: StandardSchema<string> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate(value) {
        if (value === "throw") throw new Error("broken");
        if (typeof value === "string") return { value };
        return {
          issues: [{ message: "Not\n a text", path: [{ key: "a" }, 0, Symbol("b")] }, { message: "No" }],
        };
      },
    },
  };
  const found = registered(task({ name: "own", input: schema, run: () => 1 }));
  assert.equal(await validateInput(found, "x"), "x");
  const error = await rejected(() => validateInput(found, 1), "invalidInput");
  assert.match(error.message, /: a\[0\]\.Symbol\(b\): Not a text; No$/);
  const broken = await rejected(() => validateInput(found, "throw"), "invalidInput");
  assert.match(broken.message, /its schema threw: broken$/);
  assert.equal((broken.cause as Error).message, "broken");
});

test("validateInput() passes any input on where a task has no schema", async () => {
  const plain = registered(task({ name: "plain", run: (input: { a: number } | undefined) => input?.a }));
  assert.equal(await validateInput(plain, undefined), undefined);
  assert.deepEqual(await validateInput(plain, { a: 1 }), { a: 1 });
  class Typed {
    @task()
    run(input: { a: number }): number {
      return input.a;
    }
  }
  assert.deepEqual(await validateInput(registered(new Typed()), { a: 1 }), { a: 1 });
});

test("validateOutput() gives what the schema makes of the result, and refuses what does not fit", async () => {
  assert.deepEqual(await validateOutput(registered(nested), { size: "12" }), { size: 12 });
  const error = await rejected(() => validateOutput(registered(nested), { size: 12 }), "invalidOutput");
  assert.match(error.message, /^Result of task 'nested' does not fit its schema: size: /);
  const plain = registered(task({ name: "plain", run: () => 1 }));
  assert.equal(await validateOutput(plain, "anything"), "anything");
});
