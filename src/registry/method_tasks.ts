/** Finds the decorated methods of classes and instances, with their options. */
import { CarillonError } from "../errors.ts";
import {
  type Mark,
  registryState,
  type ScheduleSpec,
  type TaskFunction,
  type TaskSpec,
} from "./registry_state.ts";

/** A decorated method, found on a class or an instance. */
export interface MethodTask {
  readonly name: string;
  /** Undefined where there is only `@schedule`. */
  readonly spec: TaskSpec | undefined;
  /** In the order of the source. */
  readonly schedules: readonly ScheduleSpec[];
  readonly key: string | symbol;
  /** The object that it is called on: the instance, or the class. */
  readonly target: object;
  /** Every function that a reference to the method may be: as decorated, as wrapped since, as overridden. */
  readonly functions: readonly TaskFunction[];
  /** The last mark, by which two finds of the same definition are known as one. */
  readonly definition: Mark;
}

/** The decorated static methods of a class, inherited ones too. */
export function staticTasks(constructor: object): MethodTask[] {
  return methodTasks(constructor, inheritance(constructor, Function.prototype));
}

/** The decorated methods of an instance, inherited ones too. */
export function instanceTasks(instance: object): MethodTask[] {
  return methodTasks(instance, inheritance(Object.getPrototypeOf(instance), Object.prototype));
}

/**
 * The decorated methods of a class whose instance is not there: as good as can be seen from its prototype (a
 * method that another decorator has wrapped shows only once an instance was made).
 */
export function prototypeTasks(constructor: object): MethodTask[] {
  const { prototype } = constructor as { readonly prototype?: object };
  return prototype === undefined ? [] : methodTasks(prototype, inheritance(prototype, Object.prototype));
}

/** Returns the owners of methods, from the most derived one to its base. */
function inheritance(owner: object | null, end: object): object[] {
  const owners: object[] = [];
  for (let at = owner; at !== null && at !== end; at = Object.getPrototypeOf(at)) owners.push(at);
  return owners;
}

function methodTasks(target: object, owners: readonly object[]): MethodTask[] {
  const marksOfKey = new Map<string | symbol, Mark[]>();
  for (const mark of marksOf(owners)) {
    const marks = marksOfKey.get(mark.key);
    if (marks === undefined) marksOfKey.set(mark.key, [mark]);
    else marks.push(mark);
  }
  return [...marksOfKey.values()].map((marks) => methodTask(target, owners, lastDefinition(marks, owners)));
}

/** All marks of these owners, in the order in which the decorators ran. */
function marksOf(owners: readonly object[]): Mark[] {
  const marks = new Set<Mark>();
  for (const owner of owners) {
    for (const mark of registryState.marksOfOwner.get(owner) ?? []) marks.add(mark);
    for (const key of Reflect.ownKeys(owner)) {
      const method = ownMethod(owner, key);
      if (method === undefined) continue;
      for (const mark of registryState.marksOfMethod.get(method) ?? []) if (mark.key === key) marks.add(mark);
    }
  }
  return [...marks].sort((a, b) => a.order - b.order);
}

/**
 * Returns the marks of one method definition: when a derived class decorates its override anew, that replaces the
 * marks of the base class.
 */
function lastDefinition(marks: readonly Mark[], owners: readonly object[]): Mark[] {
  const scope = marks.at(-1)?.scope;
  const group = marks.filter((mark) => mark.scope === scope);
  const tasks = group.filter((mark) => "task" in mark.said);
  if (tasks.length < 2) return group;
  const key = group[0]!.key;
  const definitions = owners.filter((owner) => ownMethod(owner, key) !== undefined).length;
  if (scope !== undefined || definitions < 2) {
    throw new CarillonError("invalidTask", `@task is twice on method '${String(key)}'; remove one of them`);
  }
  // No telling base and derived class apart by scope: the later @task begins the derived one's definition.
  return group.filter((mark) => mark.order > tasks.at(-2)!.order);
}

function methodTask(target: object, owners: readonly object[], marks: readonly Mark[]): MethodTask {
  const definition = marks.at(-1)!;
  const { key } = definition;
  const spec = marks.flatMap((mark) => "task" in mark.said ? [mark.said.task] : [])[0];
  const name = spec?.name ?? methodName(declaringOwner(owners, marks), key);
  const current = (target as Record<string | symbol, unknown>)[key];
  const functions = new Set(marks.map((mark) => mark.method));
  if (typeof current === "function") functions.add(current as TaskFunction);
  return {
    name,
    spec,
    // Decorators apply bottom-up, and the source reads top-down.
    schedules: marks.flatMap((mark) => "schedule" in mark.said ? [mark.said.schedule] : []).reverse(),
    key,
    target,
    functions: [...functions],
    definition,
  };
}

/** The prototype or class that holds the decorated method itself, not an override of it. */
function declaringOwner(owners: readonly object[], marks: readonly Mark[]): object {
  const { key, scope } = marks[0]!;
  const having = owners.filter((owner) => ownMethod(owner, key) !== undefined);
  const own = having.find((owner) =>
    owner === scope || marks.some((mark) => mark.method === ownMethod(owner, key))
  );
  // Wrapped by another decorator, it looks like an override, which is in a class further down.
  return own ?? having.at(-1) ?? owners[0]!;
}

function ownMethod(owner: object, key: string | symbol): TaskFunction | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof value === "function" && key !== "constructor" ? value as TaskFunction : undefined;
}

function methodName(owner: object, key: string | symbol): string {
  const constructor: unknown = typeof owner === "function"
    ? owner
    : Object.getOwnPropertyDescriptor(owner, "constructor")?.value;
  const className: unknown = typeof constructor === "function" ? constructor.name : "";
  if (typeof key === "string" && typeof className === "string" && className !== "") {
    return `${className}.${key}`;
  }
  const why = typeof key === "symbol" ? "its key is a symbol" : "its class has no name";
  throw new CarillonError(
    "invalidTask",
    `Method '${String(key)}' needs a name to be stored under, as ${why}; write @task({ name: "…" })`,
  );
}
