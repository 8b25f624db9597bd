/** Errors of decorators, called by hand as a compiler would, and as it would not. */
import assert from "node:assert/strict";
import { schedule } from "../../src/registry/schedule.ts";
import { task } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import { test } from "../harness.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { thrown } from "./thrown.ts";

type Call = (...args: unknown[]) => unknown;

const decorateTask = () => task() as unknown as Call;

function standardContext(over: Readonly<Record<string, unknown>> = {}): object {
  return { kind: "method", name: "run", static: false, private: false, addInitializer() {}, ...over };
}

test("trap: a bare @task is given the method and would replace it, so it throws in both shapes", () => {
  const bareTask = task as unknown as Call;
  const bareSchedule = schedule as unknown as Call;
  const method = () => {};
  for (const args of [[method, standardContext()], [{}, "run", { value: method }], [method]]) {
    assert.match(thrown(() => bareTask(...args), "invalidTask").message, /write @task\(\)/);
  }
  for (const args of [[method, standardContext()], [{}, "run", { value: method }]]) {
    assert.match(thrown(() => bareSchedule(...args), "invalidTask").message, /write @schedule\(/);
  }
});

test("trap: whatever is neither call shape of a method is refused, naming what it is on", () => {
  const method = () => {};
  const cases: [unknown[], RegExp][] = [
    [[method, standardContext({ kind: "getter" })], /it is on a getter/],
    [[undefined, standardContext({ kind: "field" })], /it is on a field/],
    [[class {}, standardContext({ kind: "class" })], /it is on a class/],
    [[class {}], /it is on a class/],
    [[{}, "value", undefined], /a field, an accessor or a parameter/],
    [[{}, "value", { get: method }], /a field, an accessor or a parameter/],
    [[{}, "run", 0], /a field, an accessor or a parameter/],
    [[], /a field, an accessor or a parameter/],
  ];
  for (const [args, message] of cases) {
    assert.match(thrown(() => decorateTask()(...args), "invalidTask").message, message);
  }
});

test("trap: a #private method is refused, as it could not be called", () => {
  const context = standardContext({ private: true, name: "#run" });
  assert.match(
    thrown(() => decorateTask()(() => {}, context), "invalidTask").message,
    /#private method '#run'/,
  );
});

test("trap: a second @task on one method is refused, also across another decorator", () => {
  const method = () => {};
  decorateTask()(method, standardContext());
  assert.match(
    thrown(() => decorateTask()(method, standardContext()), "invalidTask").message,
    /@task is twice/,
  );

  const wrap = (inner: () => void, _context: unknown) => () => inner();
  class Wrapped {
    @task()
    @wrap
    @task()
    run(): void {}
  }
  const registry = new TaskRegistry();
  assert.match(
    thrown(() => registry.add([new Wrapped()]), "invalidTask").message,
    /@task is twice on method 'run'/,
  );
});

test("trap: without metadata (TypeScript lowered for Node) a decorated override replaces the base's", () => {
  // Decorators called as a compiler without Symbol.metadata does: no context has any.
  const initializers: { call(target: object): void }[] = [];
  const context = standardContext({
    addInitializer: (initializer: () => void) => initializers.push(initializer),
  });
  class Base {
    run(): string {
      return "base";
    }
  }
  class Derived extends Base {
    override run(): string {
      return "derived";
    }
  }
  (schedule(sampleTrigger()) as unknown as Call)(Base.prototype.run, context);
  (task({ name: "base.run" }) as unknown as Call)(Base.prototype.run, context);
  (task({ name: "derived.run" }) as unknown as Call)(Derived.prototype.run, context);
  const derived = new Derived();
  for (const initializer of initializers) initializer.call(derived);
  const registry = new TaskRegistry();
  registry.add([derived]);
  assert.deepEqual(registry.names(), ["derived.run"]);
  assert.deepEqual(registry.byName("derived.run").schedules, []);
});
