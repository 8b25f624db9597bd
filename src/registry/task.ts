import { CarillonError } from "../errors.ts";
import { checkName } from "../model/option_checks.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../model/standard_schema.ts";
import type { BatchOptions } from "../model/task_options.ts";
import type { BatchDecorator, BatchDefinition } from "./batch_types.ts";
import { decorate } from "./decorate.ts";
import type { TaskDecorator } from "./decorator_types.ts";
import { registryState, type TaskFunction } from "./registry_state.ts";
import { definitionPlace, scheduleSpecs, taskSpec } from "./task_spec.ts";
import type {
  BatchCallerResult,
  BatchResult,
  CallerResult,
  FunctionResult,
  InputOf,
  MethodOptions,
  ResultOf,
  Task,
  TaskDefinition,
  TaskReference,
  TaskSchedule,
  UncheckedTaskDefinition,
} from "./task_types.ts";

/** A definition whose types no longer matter. */
type AnyDefinition = MethodOptions<StandardSchema | undefined, StandardSchema | undefined> & {
  readonly run?: unknown;
  readonly batch?: unknown;
  readonly schedules?: readonly TaskSchedule<unknown>[];
};

/**
 * Defines a batch task: its function is called once for many jobs, and returns a result for each. Callers give and
 * await one.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` for a `run` that is no function.
 *
 * @example One query for up to a hundred jobs
 * ```ts
 * import { Scheduler, task } from "carillon";
 * import { z } from "zod";
 *
 * const priceOf = task({
 *   name: "priceOf",
 *   batch: { size: 100, within: { milliseconds: 5 } },
 *   input: z.string(),
 *   run: (names) => names.map((name) => name === "" ? new Error("no name") : name.length * 10),
 * });
 * await using scheduler = new Scheduler({ tasks: [priceOf] });
 * const prices = await Promise.all(["tea", "bread"].map((name) => scheduler.runJob(priceOf, name)));
 * console.assert(prices.join() === "30,50");
 * ```
 */
export function task<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
  R = unknown,
>(definition: BatchDefinition<S, O, R>): Task<SchemaInput<S>, BatchCallerResult<O, R>>;
/**
 * Decorates a method as a batch task. It takes `(inputs: Input[], context: BatchContext<Input>)`; callers see by the
 * context that they give one input and get one result.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` on anything but a method.
 *
 * @example
 * ```ts
 * import { type BatchContext, Scheduler, task } from "carillon";
 *
 * class Mails {
 *   @task({ name: "mails.send", batch: { size: 50 } })
 *   send(to: string[], _context: BatchContext<string>): string[] {
 *     return to.map((one) => `sent to ${one}`);
 *   }
 * }
 * const mails = new Mails();
 * await using scheduler = new Scheduler({ tasks: [mails] });
 * console.assert(await scheduler.runJob(mails.send, "ada") === "sent to ada");
 * ```
 */
export function task<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
>(options: MethodOptions<S, O> & { readonly batch: BatchOptions; readonly run?: never }): BatchDecorator<
  S extends StandardSchema ? SchemaInput<S> : never,
  S extends StandardSchema ? SchemaOutput<S> : never,
  BatchResult<O>,
  O extends StandardSchema ? SchemaOutput<O> : undefined
>;
/**
 * Defines a task without a schema: its input is what the function takes, any value that can be stored, unchecked.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` for a `run` that is no function.
 *
 * @example
 * ```ts
 * import { type InputOf, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: (person: { name: string }) => `Hello ${person.name}` });
 * const input: InputOf<typeof greet> = { name: "Ada" };
 * console.assert(input.name === "Ada");
 * ```
 */
export function task<O extends StandardSchema | undefined = undefined, R = unknown, P = undefined>(
  definition: UncheckedTaskDefinition<O, R, P>,
): Task<P, CallerResult<O, R>>;
/**
 * Defines a task: a named function with its defaults. The types of input and result flow from here to every
 * caller.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` for a `run` that is no function.
 *
 * @example A function task
 * ```ts
 * import { task } from "carillon";
 *
 * const ping = task({
 *   name: "ping",
 *   retry: { maxAttempts: 3 },
 *   timeout: { seconds: 30 },
 *   run: () => "pong",
 * });
 * console.assert(ping.name === "ping");
 * ```
 */
export function task<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
  R = unknown,
>(definition: TaskDefinition<S, O, R>): Task<SchemaInput<S>, CallerResult<O, R>>;
/**
 * Decorates a method, static or not, as a task. Standard decorators, and the same under
 * `experimentalDecorators`. List an instance of the class (or the class itself, for static methods) in `tasks`.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` on anything but a method.
 *
 * @example A class of tasks
 * ```ts
 * import { task } from "carillon";
 *
 * class Reports {
 *   @task({ name: "reports.daily", timeout: { minutes: 5 } })
 *   daily(): string {
 *     return "done";
 *   }
 * }
 * console.assert(new Reports().daily() === "done");
 * ```
 */
export function task<
  S extends StandardSchema | undefined = undefined,
  O extends StandardSchema | undefined = undefined,
>(options?: MethodOptions<S, O> & { readonly run?: never; readonly batch?: undefined }): TaskDecorator<
  S extends StandardSchema ? SchemaInput<S> : never,
  S extends StandardSchema ? SchemaOutput<S> : never,
  FunctionResult<O>,
  O extends StandardSchema ? SchemaOutput<O> : undefined
>;
export function task(...args: readonly unknown[]): unknown {
  const [options = {}] = args as [AnyDefinition?];
  // A bare @task is given the method, and its return value would take the method's place.
  if (args.length > 1 || typeof options === "function") {
    throw new CarillonError("invalidTask", "@task was written without parentheses; write @task()");
  }
  const place = definitionPlace(task);
  if (options.run !== undefined) return defineTask(options, place);
  const spec = taskSpec(options, ["run"], place);
  return (...decorated: readonly unknown[]) => decorate(decorated, "@task", { task: spec });
}

function defineTask(definition: AnyDefinition, place: string | undefined): Task<unknown, unknown> {
  const { run, schedules = [] } = definition;
  const name = checkName(definition.name, "name", "a task");
  const where = `task '${name}'`;
  if (typeof run !== "function") {
    throw new CarillonError("invalidTask", `'run' of ${where} must be a function, but got ${typeof run}`);
  }
  const made = Object.freeze({ name }) as Task<unknown, unknown>;
  registryState.functionTasks.set(made, {
    ...taskSpec(definition, ["run", "schedules"], place),
    name,
    run: (input, context) => (run as TaskFunction).call(definition, input, context),
    schedules: scheduleSpecs(schedules, where, place),
  });
  return made;
}

/**
 * Names a task with its types where its code is not imported, for example in a web server that only adds jobs. The
 * worker that runs it validates the input.
 *
 * @example
 * ```ts
 * import { type Task, taskRef } from "carillon";
 *
 * // Usually: import type { sendDigest } from "./tasks.ts"; taskRef<typeof sendDigest>("mail.digest").
 * const digest = taskRef<Task<{ userId: string }, { sent: number }>>("mail.digest");
 * console.assert(digest.name === "mail.digest");
 * ```
 */
export function taskRef<T extends TaskReference = Task<unknown, unknown>>(
  name: string,
): Task<InputOf<T>, ResultOf<T>> {
  const reference = Object.freeze({ name: checkName(name, "name", "taskRef") });
  registryState.references.set(reference, reference.name);
  return reference as Task<InputOf<T>, ResultOf<T>>;
}
