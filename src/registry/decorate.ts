import { CarillonError } from "../errors.ts";
import { type Mark, registryState, type TaskFunction } from "./registry_state.ts";

/** The arguments of a decorator, in either call shape. */
interface Decorated {
  readonly method: TaskFunction;
  readonly key: string | symbol;
  readonly scope: object | undefined;
  /** Reports the owner of the method: at once in the legacy shape, from an initializer in the standard one. */
  readonly onOwner: (found: (owner: object) => void) => void;
}

/**
 * Leaves a mark on a decorated method. `args` is all that the runtime gave the decorator; `name` is the
 * decorator's, for errors.
 *
 * Throws `invalidTask` for whatever is not a method that can be called from outside, and for a second `@task`.
 */
export function decorate(args: readonly unknown[], name: string, said: Mark["said"]): void {
  const { method, key, scope, onOwner } = standardShape(args, name) ?? legacyShape(args) ??
    refuse(args, name);
  const marks = registryState.marksOfMethod.get(method) ?? [];
  if ("task" in said && marks.some((mark) => "task" in mark.said)) {
    throw invalid(`${name} is twice on method '${String(key)}'; remove one of them`);
  }
  const mark: Mark = { order: registryState.order++, key, method, scope, said };
  registryState.marksOfMethod.set(method, [...marks, mark]);
  onOwner((owner) => {
    const found = registryState.marksOfOwner.get(owner);
    if (found === undefined) registryState.marksOfOwner.set(owner, new Set([mark]));
    else found.add(mark);
  });
}

function standardShape(args: readonly unknown[], name: string): Decorated | undefined {
  const [method, context] = args as [unknown, Partial<ClassMethodDecoratorContext> | undefined];
  if (args.length !== 2 || typeof method !== "function" || context?.kind !== "method") return undefined;
  const { name: key, static: isStatic, addInitializer } = context;
  if (key === undefined || addInitializer === undefined) return undefined;
  if (context.private) {
    throw invalid(
      `${name} is on the #private method '${
        String(key)
      }', which cannot be called from outside; make it public, ` +
        "or private by TypeScript's keyword",
    );
  }
  return {
    method: method as TaskFunction,
    key,
    scope: context.metadata,
    onOwner(found) {
      context.addInitializer?.(function (this: unknown) {
        found(isStatic ? this as object : Object.getPrototypeOf(this));
      });
    },
  };
}

function legacyShape(args: readonly unknown[]): Decorated | undefined {
  const [owner, key, descriptor] = args as [unknown, unknown, PropertyDescriptor | undefined];
  const isOwner = typeof owner === "function" || (typeof owner === "object" && owner !== null);
  if (args.length !== 3 || !isOwner || (typeof key !== "string" && typeof key !== "symbol")) return undefined;
  if (typeof descriptor?.value !== "function") return undefined;
  return { method: descriptor.value, key, scope: owner, onOwner: (found) => found(owner) };
}

function refuse(args: readonly unknown[], name: string): never {
  const { kind } = (args[1] ?? {}) as { readonly kind?: unknown };
  const what = typeof kind === "string"
    ? `a ${kind}`
    : args.length === 1
    ? "a class"
    : "a field, an accessor or a parameter";
  throw invalid(
    `${name} decorates methods, but it is on ${what}; put it on a method, ` +
      "or write a function task: task({ name, run })",
  );
}

function invalid(message: string): CarillonError {
  return new CarillonError("invalidTask", message);
}
