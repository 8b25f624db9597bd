/** The types that carry a task's input and result from its definition to every caller. */
import type { FailureContext, JobFailure } from "../context/job_failure.ts";
import type { Middleware } from "../context/middleware.ts";
import type { BatchContext, TaskContext } from "../context/task_context.ts";
import type { ConcurrencyOptions, RateLimitOptions } from "../model/limit_options.ts";
import type { ScheduleOptions } from "../model/schedule_options.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../model/standard_schema.ts";
import type { TaskOptions } from "../model/task_options.ts";
import type { Trigger } from "../triggers/trigger.ts";

/**
 * A task as a value: `task({ name, run })` and `taskRef` return it, and `addJob`, `runJob` and
 * `addSchedule` take it. `In` is the input that callers give, `Out` the result they get.
 *
 * @example In a published package, exported tasks need the annotation
 * ```ts
 * import { type Task, task } from "carillon";
 *
 * export const ping: Task<undefined, string> = task({ name: "ping", run: () => "pong" });
 * ```
 */
export interface Task<In, Out> {
  /** The name it is stored under. */
  readonly name: string;
  /** Only for the compiler; required, because otherwise every function would be a task. */
  readonly "~types": { readonly input: In; readonly output: Out };
}

/** A method that may be a task: only the registry knows whether it is decorated. */
export type TaskMethod = (this: never, input: never, context: TaskContext & BatchContext<never>) => unknown;

/** Whatever stands for a task in a call: a task, a reference made by `taskRef`, or a decorated method. */
export type TaskReference = Task<unknown, unknown> | TaskMethod;

/**
 * The input that callers of a task give.
 *
 * @example
 * ```ts
 * import { type InputOf, task } from "carillon";
 *
 * class Mails {
 *   @task()
 *   send(to: string): void {}
 * }
 * const to: InputOf<Mails["send"]> = "ada";
 * console.assert(to === "ada");
 * ```
 */
export type InputOf<T> = T extends Task<infer In, unknown> ? In
  : T extends (this: never, ...args: infer Args) => unknown
    ? Args extends [] ? undefined : Args extends [unknown, BatchContext<infer In>] ? In : Args[0]
  : never;

/** The result that callers of a task get. */
export type ResultOf<T> = T extends Task<unknown, infer Out> ? Out
  : T extends (this: never, inputs: never, context: infer Context) => infer Result
    ? Context extends BatchContext ? BatchValue<Result> : Awaited<Result>
  : never;

/** The input of a task, also where its types are still open in generic code. */
export type GivenInput<T extends Task<unknown, unknown>> = T["~types"]["input"];

/** The result of a task, also where its types are still open in generic code. */
export type GivenResult<T extends Task<unknown, unknown>> = T["~types"]["output"];

/** True for `any` alone, which is everything at once. */
type IsAny<T> = 0 extends 1 & T ? true : false;

/** The arguments after the task: an input exactly where one is needed, then options. */
export type InputArgs<In, Options> = IsAny<In> extends true ? [input?: In, options?: Options]
  : [In] extends [undefined | void] ? [input?: undefined, options?: Options]
  : undefined extends In ? [input?: In, options?: Options]
  : [input: In, options?: Options];

/** An element of `tasks`: a task, a class (its static methods) or an instance; no plain function. */
export type TaskSource =
  | Task<unknown, unknown>
  | (abstract new (...args: never[]) => unknown)
  | (object & { readonly [Symbol.hasInstance]?: never });

/** The type that a task's function must return: input of the output schema, or anything without one. */
export type FunctionResult<O extends StandardSchema | undefined> = O extends StandardSchema
  ? SchemaInput<O> | Promise<SchemaInput<O>>
  : unknown;

/** The result for callers: output of the output schema, or the very result without one. */
export type CallerResult<O extends StandardSchema | undefined, R> = O extends StandardSchema ? SchemaOutput<O>
  : Awaited<R>;

/** A schedule declared with its task. */
export type TaskSchedule<In> = ScheduleOptions<In> & {
  /** The trigger that it fires by. */
  readonly trigger: Trigger;
};

/** The options of a decorated method. */
export interface MethodOptions<S extends StandardSchema | undefined, O extends StandardSchema | undefined>
  extends TaskOptions {
  /**
   * The name it is stored under. Give one where jobs outlive a deployment: renaming the class, or a minifier that
   * does, would make it another task. @default `Class.method` of the declaring class
   */
  readonly name?: string;
  /** The slots that jobs share by a key, such as a tenant. @default none */
  readonly concurrency?: ConcurrencyOptions<KeyOf<S>>;
  /** The limit of its jobs that start in any window of a length, in all schedulers together. @default no limit */
  readonly rateLimit?: RateLimitOptions<KeyOf<S>>;
  /** Checks the input (any Standard Schema); the method gets what it makes of it. @default no check */
  readonly input?: S;
  /** Checks the result (any Standard Schema). @default no check */
  readonly output?: O;
  /**
   * Code around every run of this task, the first one outermost; that of the scheduler comes around it. @default []
   */
  readonly use?: readonly MiddlewareOf<S>[];
  /**
   * Migrates the input of a job that was added by an older `version` of this code to the present one, before it is
   * checked. When it throws, the job is parked. @default older inputs are checked as they are
   */
  migrate?(oldInput: unknown, fromVersion: number): SchemaInput<S> | Promise<SchemaInput<S>>;
  /**
   * Called when a job has failed for good: with `error`, `timedOut`, `abandoned` or `missedStartDeadline`, not when it
   * was cancelled. Called by the scheduler that ended it, at most once, after its end was written. Errors go to
   * the job's log and change nothing about the job. @default nothing is called
   */
  onFailure?(failure: JobFailure<SchemaOutput<S>>, context: FailureContext): unknown;
}

/**
 * A function from the input, as `run` gets it, to a key; where no schema gives its type, the function declares it.
 */
export type KeyOf<S extends StandardSchema | undefined> = S extends StandardSchema
  ? (input: SchemaOutput<S>) => string
  : (input: never) => string;

/** Middleware of a task: it sees the input as `run` gets it. */
export type MiddlewareOf<S extends StandardSchema | undefined> = S extends StandardSchema
  ? Middleware<SchemaOutput<S>>
  : Middleware;

/** A function task. */
export interface TaskDefinition<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
  R = unknown,
> extends MethodOptions<S, O> {
  /** The name it is stored under; unique among the tasks of a data store. */
  readonly name: string;
  /** Not here: a batch task's function takes many inputs. */
  readonly batch?: undefined;
  /** Runs one job. */
  run(input: SchemaOutput<S>, context: TaskContext): R & NoInfer<FunctionResult<O>>;
  /** Schedules that are written when a scheduler starts. @default [] */
  readonly schedules?: readonly TaskSchedule<SchemaInput<S>>[];
}

/** A function task without a schema: its input has the type of the function's own parameter. */
export interface UncheckedTaskDefinition<O extends StandardSchema | undefined, R, P>
  extends Omit<TaskDefinition<undefined, O, R>, "input" | "run" | "schedules"> {
  /** Not here: a schema would give the type of the input. */
  readonly input?: undefined;
  /** Runs one job. */
  run(input: P, context: TaskContext): R & NoInfer<FunctionResult<O>>;
  /** Schedules that are written when a scheduler starts. @default [] */
  readonly schedules?: readonly TaskSchedule<P>[];
}

/**
 * The type that a batch task's function must return: a result for each input in order, or an error for that job
 * alone.
 */
export type BatchResult<O extends StandardSchema | undefined> = O extends StandardSchema
  ? Results<SchemaInput<O>>
  : Results<unknown>;

type Results<Value> = List<Value> | Promise<List<Value>>;
type List<Value> = readonly (Value | Error | Promise<Value | Error>)[];

/** The result for callers of a batch task: a single one. */
export type BatchCallerResult<O extends StandardSchema | undefined, R> = O extends StandardSchema
  ? SchemaOutput<O>
  : BatchValue<R>;

/** One result of a batch function, without the errors that may stand in its place. */
export type BatchValue<R> = Awaited<R> extends readonly (infer Value)[] ? NoError<Awaited<Value>> : never;

/** A plain object with a name and a message is no error: it has no stack. */
type NoError<Value> = Value extends Error ? ("stack" extends keyof Value ? never : Value) : Value;
