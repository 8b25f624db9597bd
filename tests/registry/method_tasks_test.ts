import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TaskContext } from "../../src/context/task_context.ts";
import { schedule } from "../../src/registry/schedule.ts";
import { task } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { test } from "../harness.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { thrown } from "./thrown.ts";

const hourly = sampleTrigger();
const context = {} as TaskContext;

function registryOf(...sources: TaskSource[]): TaskRegistry {
  const registry = new TaskRegistry();
  registry.add(sources);
  return registry;
}

function wrap<F extends (this: never, ...args: never[]) => unknown>(inner: F, _context: unknown): F {
  return function (this: never, ...args: never[]) {
    return inner.apply(this, args);
  } as F;
}

test("trap: a decorator that wraps the method in between or around loses no registration", () => {
  class Wrapped {
    @task({ name: "between" })
    @wrap
    @schedule(hourly)
    between(): string {
      return "between";
    }
    @wrap
    @task({ name: "around" })
    @schedule(hourly)
    around(): string {
      return "around";
    }
  }
  const wrapped = new Wrapped();
  const registry = registryOf(wrapped);
  assert.deepEqual(registry.tasks().map(({ name, schedules }) => [name, schedules.length]), [
    ["around", 1],
    ["between", 1],
  ]);
  assert.equal(registry.resolve(wrapped.around).name, "around");
  assert.equal(registry.resolve(wrapped.between).name, "between");
});

test("trap: decorators apply bottom-up, yet schedules and their ids come in the order of the source", () => {
  class Report {
    @schedule(hourly, { description: "one" })
    @schedule(hourly, { id: "second", description: "two" })
    @schedule(hourly, { description: "three" })
    @task({ name: "report" })
    run(): void {}
  }
  const [report] = registryOf(new Report()).tasks();
  assert.deepEqual(report?.schedules.map(({ id, options }) => [id, options.description]), [
    ["report", "one"],
    ["second", "two"],
    ["report#3", "three"],
  ]);
});

test("trap: an undecorated override stays a task, under its declaring class's name, and is what runs", () => {
  class Base {
    @task()
    run(): string {
      return "base";
    }
  }
  class Derived extends Base {
    override run(): string {
      return `derived over ${super.run()}`;
    }
  }
  const derived = new Derived();
  const registry = registryOf(derived);
  assert.deepEqual(registry.names(), ["Base.run"]);
  assert.equal(registry.resolve(derived.run).call(undefined, context), "derived over base");
  assert.equal(registry.resolve(Base.prototype.run).name, "Base.run");
});

test("trap: an override that is decorated anew replaces all that the base class said", () => {
  class Base {
    @schedule(hourly)
    @task({ name: "base.run" })
    run(): string {
      return "base";
    }
  }
  class Derived extends Base {
    @schedule(hourly, { id: "mine" })
    override run(): string {
      return "derived";
    }
  }
  const registry = registryOf(new Derived());
  assert.deepEqual(registry.tasks().map(({ name, schedules }) => [name, schedules.map(({ id }) => id)]), [
    ["Derived.run", ["mine"]],
  ]);
  assert.deepEqual(registryOf(new Base()).names(), ["base.run"]);
});

test("trap: a method without a usable Class.method needs a name", () => {
  const key = Symbol("key");
  class Keyed {
    @task()
    [key](): void {}
  }
  const anonymous = (() =>
    class {
      @task()
      run(): void {}
    })();
  assert.match(
    thrown(() => registryOf(new Keyed()), "invalidTask").message,
    /key is a symbol.*@task\(\{ name/,
  );
  assert.match(
    thrown(() => registryOf(new anonymous()), "invalidTask").message,
    /class has no name.*@task\(\{ name/,
  );
  class Named {
    @task({ name: "keyed" })
    [key](): string {
      return "called";
    }
  }
  assert.equal(registryOf(new Named()).byName("keyed").call(undefined, context), "called");
});

test("trap: static methods come with the class or with an instance, each once, also when inherited", () => {
  class Base {
    @task()
    static nightly(): string {
      return "nightly";
    }
    @task()
    daily(): string {
      return "daily";
    }
  }
  class Derived extends Base {
    static override nightly(): string {
      return "derived";
    }
  }
  assert.deepEqual(registryOf(new Base()).names(), ["Base.daily", "Base.nightly"]);
  assert.deepEqual(registryOf(new Derived(), Derived, Base).names(), ["Base.daily", "Base.nightly"]);
  const registry = registryOf(new Derived());
  assert.equal(registry.resolve(Base.nightly).call(undefined, context), "derived");
});

test("trap: run and methods get input and context, and this is the instance", () => {
  const seen: unknown[] = [];
  class Both {
    readonly team = "sales";
    @task()
    method(...args: unknown[]): void {
      seen.push(this.team, ...args);
    }
  }
  const both = new Both();
  const plain = task({ name: "plain", run: (input, given) => void seen.push(input, given) });
  const registry = registryOf(both, plain);
  registry.resolve(both.method).call("input", context);
  registry.resolve(plain).call(undefined, context);
  assert.deepEqual(seen, ["sales", "input", context, undefined, context]);
});

test("trap: getters of the prototype are not run when methods are looked for", () => {
  class Lazy {
    @task({ name: "lazy" })
    run(): void {}
    get connection(): never {
      return assert.fail("the getter ran");
    }
  }
  assert.deepEqual(registryOf(new Lazy()).names(), ["lazy"]);
});

test("trap: two copies of the package in one process see each other's tasks", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-copy-"));
  try {
    await cp(new URL("../../src", import.meta.url), join(folder, "src"), { recursive: true });
    const load = async (path: string) => await import(pathToFileURL(join(folder, "src", path)).href);
    const { task: taskOfCopy } = await load(
      "registry/task.ts",
    ) as typeof import("../../src/registry/task.ts");
    const { taskRef: refOfCopy } = await load(
      "registry/task.ts",
    ) as typeof import("../../src/registry/task.ts");
    assert.notEqual(taskOfCopy, task);
    class OfCopy {
      @taskOfCopy({ name: "method.of.copy" })
      run(): void {}
    }
    const registry = registryOf(taskOfCopy({ name: "of.copy", run: () => 1 }), new OfCopy());
    assert.deepEqual(registry.names(), ["method.of.copy", "of.copy"]);
    assert.equal(registry.resolve(refOfCopy("of.copy")).name, "of.copy");
  } finally {
    await rm(folder, { recursive: true });
  }
});
