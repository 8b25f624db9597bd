import { CarillonError } from "../errors.ts";
import type { TaskVersion } from "../model/task_record.ts";
import { didYouMean } from "../model/text.ts";
import type { RegisteredTask } from "./registered_task.ts";
import { registryState, type TaskFunction } from "./registry_state.ts";
import { type FoundTask, tasksOfSources } from "./found_tasks.ts";
import type { TaskReference, TaskSource } from "./task_types.ts";

/** Options of {@linkcode TaskRegistry}. */
export interface TaskRegistryOptions {
  /** Classes may be listed without an instance: their methods are known by name and types, not run. @default false */
  readonly declaredOnly?: boolean;
}

/** The tasks that one scheduler knows. */
export class TaskRegistry {
  readonly #declaredOnly: boolean;
  #found: ReadonlyMap<string, FoundTask> = new Map();
  /** All tasks with their versions; computed on first use. */
  #versions: readonly TaskVersion[] | undefined;
  readonly #byFunction = new WeakMap<TaskFunction, RegisteredTask>();

  /** Makes an empty registry. */
  constructor(options: TaskRegistryOptions = {}) {
    this.#declaredOnly = options.declaredOnly ?? false;
  }

  /**
   * Adds the tasks of function tasks, classes and instances: all of them or, when it throws, none. Returns all that were
   * named, also those that were there already.
   *
   * Throws `duplicateTask` when a name is taken, `invalidTask` for a source in which nothing is decorated, for
   * decorated methods whose instance is not listed, and for a method without a usable name.
   */
  add(sources: readonly TaskSource[]): readonly RegisteredTask[] {
    const all = new Map(this.#found);
    const known = [...all.values()].map((found) => found.target);
    const named = tasksOfSources(sources, known, this.#declaredOnly);
    const added = named.filter((found) => admit(all, found));
    checkScheduleIds(all);
    this.#found = all;
    this.#versions = undefined;
    for (const { task, functions } of added) {
      for (const method of functions) this.#byFunction.set(method, task);
    }
    return named.map(({ task }) => this.byName(task.name));
  }

  /**
   * The task that a task value, a `taskRef` or a decorated method stands for.
   *
   * Throws `unknownTask`, saying what to do.
   */
  resolve(reference: TaskReference): RegisteredTask {
    return this.byName(this.nameOf(reference));
  }

  /**
   * The name that a reference stands for. A task value and a `taskRef` give theirs also when it is not
   * registered here; a method is only known by its registration.
   *
   * Throws `unknownTask` for a method that is not registered and for anything that is no task.
   */
  nameOf(reference: TaskReference): string {
    if (typeof reference === "function") {
      const found = this.#byFunction.get(reference as unknown as TaskFunction);
      if (found === undefined) throw unregistered(reference);
      return found.name;
    }
    const { references, functionTasks } = registryState;
    const isObject = typeof reference === "object" && reference !== null;
    const name = isObject ? references.get(reference) ?? functionTasks.get(reference)?.name : undefined;
    if (name === undefined) throw noReference(reference);
    return name;
  }

  /** The task of this name, or undefined. */
  find(name: string): RegisteredTask | undefined {
    return this.#found.get(name)?.task;
  }

  /** The task of this name. Throws `unknownTask`, naming the nearest one. */
  byName(name: string): RegisteredTask {
    const task = this.find(name);
    if (task !== undefined) return task;
    const hint = didYouMean(name, this.names()) || "; add it to the scheduler's 'tasks'";
    throw new CarillonError("unknownTask", `Task '${name}' is not registered with this scheduler${hint}`, {
      details: { taskName: name, known: this.names() },
    });
  }

  /** The names of all tasks, sorted. */
  names(): string[] {
    return [...this.#found.keys()].sort();
  }

  /** The tasks of these names that are here, or all, with their versions. */
  versions(names?: Iterable<string>): readonly TaskVersion[] {
    if (names === undefined) return this.#versions ??= this.versions(this.#found.keys());
    return [...new Set(names)].flatMap((name) => {
      const task = this.find(name);
      return task === undefined ? [] : { name, version: task.version };
    });
  }

  /** All tasks, by name. */
  tasks(): RegisteredTask[] {
    return this.names().map((name) => this.byName(name));
  }
}

/** Puts a task in, unless the very same one is there already. Throws `duplicateTask`. */
function admit(all: Map<string, FoundTask>, found: FoundTask): boolean {
  const { name } = found.task;
  const there = all.get(name);
  if (there === undefined) {
    all.set(name, found);
    return true;
  }
  if (there.definition === found.definition && sameTarget(there.target, found.target)) return false;
  const places = [there.task.place ?? "unknown place", found.task.place ?? "unknown place"] as const;
  throw new CarillonError(
    "duplicateTask",
    there.definition === found.definition
      ? `Task '${name}' (${places[0]}) comes from two instances of one class; list one of them, ` +
        "or give each its own tasks"
      : `Two tasks are named '${name}': one at ${places[0]}, one at ${places[1]}; rename one of them`,
    { details: { taskName: name, places } },
  );
}

/** True if two finds of one definition mean the same: the same value, or a class and one that extends it. */
function sameTarget(a: object, b: object): boolean {
  if (a === b) return true;
  if (typeof a !== "function" || typeof b !== "function") return false;
  return Object.prototype.isPrototypeOf.call(a, b) || Object.prototype.isPrototypeOf.call(b, a);
}

function checkScheduleIds(all: ReadonlyMap<string, FoundTask>): void {
  const owners = new Map<string, string>();
  for (const { task } of all.values()) {
    for (const { id, options } of task.schedules) {
      const key = JSON.stringify([options.store ?? null, id]);
      const other = owners.get(key);
      if (other !== undefined) {
        const whose = other === task.name ? `task '${other}'` : `tasks '${other}' and '${task.name}'`;
        throw new CarillonError(
          "invalidTask",
          `Schedule id '${id}' is declared twice, by ${whose}; change one`,
          {
            details: { scheduleId: id, taskNames: [other, task.name] },
          },
        );
      }
      owners.set(key, task.name);
    }
  }
}

function unregistered(reference: TaskReference): CarillonError {
  const method = reference as unknown as TaskFunction;
  const shown = method.name === "" ? "A function without a name" : `Method '${method.name}'`;
  if (/^class\b/.test(Function.prototype.toString.call(method))) {
    return unknown(`'${method.name}' is a class, not a task; pass one of its decorated methods`);
  }
  const [mark] = registryState.marksOfMethod.get(method) ?? [];
  if (mark === undefined) {
    return unknown(
      `${shown} is no task; decorate it with @task(), or define a function task: task({ name, run })`,
    );
  }
  return unknown(
    `${shown} is decorated but not registered; add its class (static methods) or an instance to 'tasks'`,
  );
}

function noReference(value: unknown): CarillonError {
  if (typeof value === "string") {
    return unknown(`'${value}' is a string, not a task; pass the task itself, or taskRef("${value}")`);
  }
  const shown = value === null
    ? "null"
    : Array.isArray(value)
    ? "an array"
    : `a value of type ${typeof value}`;
  return unknown(`A task was expected, but got ${shown}; pass a task, a decorated method, or a taskRef`);
}

function unknown(message: string): CarillonError {
  return new CarillonError("unknownTask", message);
}
