/**
 * Classes of tasks that are compiled twice: with standard decorators as a part of the tests, and with
 * `experimentalDecorators` in a process of their own. What `fixtureFacts` answers is the same for both.
 */
import { CarillonError } from "../../src/errors.ts";
import { schedule } from "../../src/registry/schedule.ts";
import { task } from "../../src/registry/task.ts";
import { TaskRegistry } from "../../src/registry/task_registry.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { TaskContext } from "../../src/context/task_context.ts";

const hourly = interval({ hours: 1 });
const context = { job: { id: "job-1" } } as TaskContext;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Number of arguments that the compiler gave to decorators: two is the standard shape, three the legacy one. */
const shapes = new Set<number>();

/** Another library's decorator, in both call shapes: replaces the method. */
function wrap(...args: unknown[]): never {
  shapes.add(args.length);
  const [first, , descriptor] = args as [Method, unknown, { value: Method } | undefined];
  const inner = descriptor?.value ?? first;
  const outer: Method = function (...given) {
    return `wrapped ${inner.apply(this, given)}`;
  };
  return (descriptor ? { ...descriptor, value: outer } : outer) as never;
}

class Base {
  constructor(readonly team: string) {}

  @schedule(hourly)
  @schedule(hourly, { id: "named" })
  @task({ name: "base.first" })
  first(): string {
    return `first ${this.team}`;
  }

  @schedule(hourly, { id: "alone", input: { day: "monday" } })
  alone(input: { day: string }, { job }: TaskContext): string {
    return `alone ${this.team} ${input.day} ${job.id}`;
  }

  @task()
  @wrap
  @schedule(hourly)
  between(): string {
    return `between ${this.team}`;
  }

  @wrap
  @task()
  outside(): string {
    return `outside ${this.team}`;
  }

  @task({ name: "base.overridden" })
  overridden(): string {
    return "base";
  }

  @task({ name: "base.redecorated" })
  @schedule(hourly)
  redecorated(): string {
    return "base";
  }

  @task()
  private typescriptPrivate(): string {
    return `private ${this.team}`;
  }

  @task()
  static nightly(): string {
    return `nightly ${this.name}`;
  }

  use(): string {
    return this.typescriptPrivate();
  }
}

class Derived extends Base {
  override overridden(): string {
    return `derived ${this.team}`;
  }

  @task()
  override redecorated(): string {
    return `derived ${this.team}`;
  }
}

/** Facts that a registry finds in the classes. */
export function fixtureFacts(): unknown {
  const registry = new TaskRegistry();
  const derived = new Derived("sales");
  registry.add([derived, Base]);
  const tasks = registry.tasks().map((found) => [
    found.name,
    found.schedules.map(({ id }) => id),
    found.call({ day: "friday" }, context),
  ]);
  const references = [derived.first, derived.between, derived.outside, derived.overridden, Base.nightly];
  return {
    shapes: [...shapes],
    tasks,
    resolved: references.map((reference) => registry.resolve(reference).name),
    baseMethod: registry.resolve(Base.prototype.overridden).call(undefined, context),
    refusals: refusals(),
  };
}

/** The codes of what decorators throw where they do not belong. */
function refusals(): readonly string[] {
  return [onGetter, onField, onClass, twice, withoutParentheses].map((define) => {
    try {
      define();
      return "accepted";
    } catch (error) {
      return error instanceof CarillonError ? error.code : String(error);
    }
  });
}

function onGetter(): unknown {
  class OnGetter {
    // @ts-expect-error a getter is no method
    @task()
    get value(): number {
      return 1;
    }
  }
  return OnGetter;
}

function onField(): unknown {
  class OnField {
    // @ts-expect-error a field is no method
    @task()
    value: number = 1;
  }
  return OnField;
}

function onClass(): unknown {
  // @ts-expect-error a class is no method
  @task()
  class OnClass {}
  return OnClass;
}

function twice(): unknown {
  class Twice {
    @task()
    @task()
    method(): void {}
  }
  return Twice;
}

function withoutParentheses(): unknown {
  class Bare {
    // @ts-expect-error parentheses are missing
    @task
    method(): void {}
  }
  return Bare;
}
