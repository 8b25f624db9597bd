/** The types of `@task` and `@schedule`. The string keys of failing branches are the messages that users read. */
import type { BatchContext, TaskContext } from "../context/task_context.ts";

/** Decorated methods are called by name, which no `#private` one can be. */
type NotPrivate = { readonly private: false };

/**
 * `@task` on a method, in the standard and in the legacy call shape. `I` is what callers give and `P` what the
 * method gets (`never` without a schema: then its own parameter counts), `R` what it must return, `Q` what callers
 * get (`undefined` without an output schema).
 */
export interface TaskDecorator<I, P, R, Q> {
  /** Standard decorators. */
  <This, F extends (this: This, input: P, context: TaskContext) => R>(
    method: F,
    context: ClassMethodDecoratorContext<This, F> & NotPrivate & AcceptsInput<F, I> & GivesResult<F, Q>,
  ): void;
  /** Decorators under `experimentalDecorators`. */
  <F extends (this: never, input: P, context: TaskContext) => R>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & AcceptsInput<F, I> & GivesResult<F, Q>,
  ): void;
}

/** `@schedule` on a method, in both call shapes. `I` is the input that the schedule gives. */
export interface ScheduleDecorator<I> {
  /** Standard decorators. */
  <This, F extends (this: This, input: I, context: TaskContext) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F> & NotPrivate & TakesInput<F, I>,
  ): void;
  /** The same on the method of a batch task, which takes many inputs: the schedule gives one. */
  <This, F extends (this: This, inputs: I[], context: BatchContext<I>) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F> & NotPrivate & TakesBatch<F>,
  ): void;
  /** Decorators under `experimentalDecorators`. */
  <F extends (this: never, input: I, context: TaskContext) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesInput<F, I>,
  ): void;
  /** The same on the method of a batch task. */
  <F extends (this: never, inputs: I[], context: BatchContext<I>) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesBatch<F>,
  ): void;
}

type Method = (this: never, ...args: never[]) => unknown;

/** A reference to the method shows its own parameter: whatever fits that must also fit the schema. */
type AcceptsInput<F extends Method, I> = [I] extends [never] ? unknown
  : Parameters<F> extends []
    ? ([I] extends [undefined] ? unknown : { "the method has no parameter for this input": I })
  : [Parameters<F>[0]] extends [I extends undefined ? I | void : I] ? unknown
  : { "the schema does not accept the method's parameter type": I };

/** A reference to the method shows its own result: what the output schema makes of it must fit that. */
type GivesResult<F extends Method, Q> = [Q] extends [undefined] ? unknown
  : [Q] extends [Awaited<ReturnType<F>>] ? unknown
  : { "the output schema gives something else than the method's return type": Q };

/** A schedule gives an input exactly where the method takes one, without keys that the method does not know. */
type TakesInput<F extends Method, I> = [I] extends [undefined] ? unknown
  : Parameters<F> extends [] ? { "the method has no parameter for this input": I }
  : ExcessKeys<I, NonNullable<Parameters<F>[0]>> extends never ? unknown
  : { "the method's parameter does not have this key": ExcessKeys<I, NonNullable<Parameters<F>[0]>> };

/** A batch method is known by its context. */
type TakesBatch<F extends (this: never, inputs: never, context: never) => unknown> = Parameters<F> extends
  [readonly unknown[], BatchContext] ? unknown
  : { "the method does not take the input of its schedule": never };

/** Keys of an object input that no member of the parameter's type has. */
type ExcessKeys<I, P> = I extends readonly unknown[] ? never
  : I extends object ? P extends readonly unknown[] ? never
    : Exclude<keyof I, KeysOfAny<P>>
  : never;

type KeysOfAny<T> = T extends unknown ? keyof T : never;

/** Removes the `readonly` that a `const` type parameter adds. */
export type Mutable<T> = T extends readonly unknown[] ? { -readonly [K in keyof T]: Mutable<T[K]> }
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> }
  : T;
