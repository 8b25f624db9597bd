/** The types of batch tasks. The string keys of failing branches are the messages that users read. */
import type { BatchContext } from "../context/task_context.ts";
import type { BatchOptions } from "../model/task_options.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../model/standard_schema.ts";
import type { BatchResult, BatchValue, MethodOptions, TaskSchedule } from "./task_types.ts";

/** A function task that is called once for many inputs. */
export interface BatchDefinition<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
  R = unknown,
> extends MethodOptions<S, O> {
  /** The name it is stored under; unique among the tasks of a data store. */
  readonly name: string;
  /** The number of jobs in one call, and how long it waits for them. */
  readonly batch: BatchOptions;
  /**
   * Runs many jobs: returns a list with one result for each input. An `Error` in it fails that job alone; throwing
   * fails all of them.
   */
  run(
    inputs: readonly SchemaOutput<S>[],
    context: BatchContext<SchemaOutput<S>>,
  ): R & NoInfer<BatchResult<O>>;
  /** Schedules that are written when a scheduler starts. @default [] */
  readonly schedules?: readonly TaskSchedule<SchemaInput<S>>[];
}

type BatchMethod = (this: never, inputs: never, context: never) => unknown;
type NotPrivate = { readonly private: false };

/**
 * `@task` with `batch` on a method, in the standard and in the legacy call shape; the letters as of `TaskDecorator`.
 */
export interface BatchDecorator<I, P, R, Q> {
  /** Standard decorators. */
  <This, F extends (this: This, inputs: P[], context: BatchContext<P>) => R>(
    method: F,
    context: ClassMethodDecoratorContext<This, F> & NotPrivate & TakesBatch<F, I> & GivesResults<F, Q>,
  ): void;
  /** Decorators under `experimentalDecorators`. */
  <F extends (this: never, inputs: P[], context: BatchContext<P>) => R>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesBatch<F, I> & GivesResults<F, Q>,
  ): void;
}

/** Callers see by the context that the method is called with many inputs, and give one. */
type TakesBatch<F extends BatchMethod, I> = Parameters<F> extends
  [readonly unknown[], BatchContext<infer Input>]
  ? [I] extends [never] ? ([Parameters<F>[0][number]] extends [Input] ? unknown : ContextMissing)
  : [Input] extends [I] ? unknown
  : { "the schema does not accept what the context says about the inputs": I }
  : ContextMissing;

type ContextMissing = { "a batch method takes (inputs: Input[], context: BatchContext<Input>)": never };

type GivesResults<F extends BatchMethod, Q> = [Q] extends [undefined] ? unknown
  : [Q] extends [BatchValue<ReturnType<F>>] ? unknown
  : { "the output schema gives something else than the method's results": Q };
