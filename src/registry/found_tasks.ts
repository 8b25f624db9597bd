import { CarillonError } from "../errors.ts";
import { instanceTasks, type MethodTask, prototypeTasks, staticTasks } from "./method_tasks.ts";
import { type RegisteredTask, registeredTask } from "./registered_task.ts";
import { type FunctionTask, registryState, type TaskFunction } from "./registry_state.ts";
import type { TaskSource } from "./task_types.ts";

/** A task found in a source. */
export interface FoundTask {
  readonly task: RegisteredTask;
  /** The object that it is called on; for a function task the task itself. */
  readonly target: object;
  /** Identifies finds of the same definition. */
  readonly definition: object;
  /** The functions that stand for it in a call. */
  readonly functions: readonly TaskFunction[];
}

/**
 * The tasks of all sources. `known` are the instances and classes that are registered already; with
 * `declaredOnly`, classes need no instance.
 *
 * Throws `invalidTask` for a source that registers nothing.
 */
export function tasksOfSources(
  sources: readonly TaskSource[],
  known: readonly object[],
  declaredOnly: boolean,
): FoundTask[] {
  const targets = [...known, ...sources];
  return sources.flatMap((source) => {
    if (typeof source === "function") return tasksOfClass(source, targets, declaredOnly);
    if (typeof source !== "object" || source === null) throw nothingFound(source);
    const functionTask = registryState.functionTasks.get(source);
    return functionTask ? [foundFunction(source, functionTask)] : tasksOfInstance(source);
  });
}

function tasksOfInstance(instance: object): FoundTask[] {
  // The static methods of its class come along: decorated ones that are not registered would be a trap.
  const { constructor } = instance as { readonly constructor?: unknown };
  const statics = typeof constructor === "function" ? staticTasks(constructor) : [];
  const found = [...instanceTasks(instance), ...statics];
  if (found.length === 0) throw nothingFound(instance);
  return found.map((method) => foundMethod(method, true));
}

function tasksOfClass(source: object, targets: readonly object[], declaredOnly: boolean): FoundTask[] {
  const statics = staticTasks(source).map((method) => foundMethod(method, true));
  const methods = prototypeTasks(source);
  const { prototype } = source as { readonly prototype?: object };
  const hasInstance = prototype !== undefined &&
    targets.some((target) => Object.prototype.isPrototypeOf.call(prototype, target));
  if (statics.length + methods.length === 0) throw nothingFound(source);
  if (methods.length === 0 || hasInstance) return statics;
  if (declaredOnly) return [...statics, ...methods.map((method) => foundMethod(method, false))];
  const { name } = source as { readonly name: string };
  throw new CarillonError(
    "invalidTask",
    `Class ${name} has decorated methods (${
      methods.map((method) => String(method.key)).join(", ")
    }) but no ` +
      `instance in 'tasks'; list an instance too: new ${name}(…)`,
    { details: { className: name, taskNames: methods.map((method) => method.name) } },
  );
}

function foundFunction(target: object, task: FunctionTask): FoundTask {
  const call: RegisteredTask["call"] = (input, context) => task.run(input, context);
  const how = { call, runnable: true };
  return {
    task: registeredTask(task.name, task, task.schedules, how),
    target,
    definition: task,
    functions: [],
  };
}

function foundMethod(method: MethodTask, runnable: boolean): FoundTask {
  const { name, spec, schedules, target, key, definition, functions } = method;
  const call: RegisteredTask["call"] = (input, context) => {
    if (!runnable) throw notRunnable(name);
    // By its key, so that an override runs.
    return (target as Record<string | symbol, TaskFunction>)[key]!(input, context);
  };
  const task = registeredTask(name, spec, schedules, { call, runnable });
  return { task, target, definition, functions };
}

function notRunnable(name: string): CarillonError {
  return new CarillonError(
    "invalidTask",
    `Task '${name}' is only declared here: its class was listed without an instance; list one to run it`,
    { details: { taskName: name } },
  );
}

/** The error for a source from which nothing can be registered, with what to do. */
function nothingFound(source: unknown): CarillonError {
  return new CarillonError("invalidTask", `${nothingMessage(source)}`);
}

function nothingMessage(source: unknown): string {
  if (typeof source === "function" && !isClass(source)) {
    return `Function '${source.name}' is no task; define it with task({ name, run })`;
  }
  if (typeof source === "function") {
    return `Class ${source.name} has no decorated method; decorate one with @task() or @schedule(…), ` +
      "and if its methods are wrapped by other decorators, list an instance";
  }
  if (typeof source !== "object" || source === null) {
    return `A task, a class or an instance was expected in 'tasks', but got ${
      source === null ? "null" : `a value of type ${typeof source}`
    }`;
  }
  const reference = registryState.references.get(source);
  if (reference !== undefined) {
    return `taskRef("${reference}") only names a task; list the task itself in 'tasks'`;
  }
  if (Array.isArray(source)) return "An array is in 'tasks'; spread it: tasks: [...list]";
  if (Symbol.toStringTag in source && source[Symbol.toStringTag] === "Module") {
    return "A module is in 'tasks'; list what it exports: tasks: Object.values(module)";
  }
  const className: unknown = source.constructor?.name;
  const shown = typeof className === "string" && className !== "" && className !== "Object"
    ? `An instance of ${className}`
    : "An object";
  return `${shown} in 'tasks' has no decorated method; decorate one with @task() or @schedule(…), ` +
    "or define a function task: task({ name, run })";
}

function isClass(source: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(source));
}

/**
 * Returns the exports of a task module that a registry takes: tasks, instances and classes with decorated methods.
 */
export function exportedTasks(module: Readonly<Record<string, unknown>>): readonly TaskSource[] {
  return [...new Set(Object.values(module))].filter(isTaskSource);
}

function isTaskSource(value: unknown): value is TaskSource {
  if (typeof value === "function") return staticTasks(value).length + prototypeTasks(value).length > 0;
  if (typeof value !== "object" || value === null) return false;
  return registryState.functionTasks.has(value) || instanceTasks(value).length > 0;
}
