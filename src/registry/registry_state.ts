/** The definitions that registries find. Shared by all copies of the package in a process. */
import type { BatchContext, TaskContext } from "../context/task_context.ts";
import type { FailureHook } from "../context/job_failure.ts";
import type { Middleware } from "../context/middleware.ts";
import type { ResolvedBatch, ResolvedTaskOptions } from "../model/task_options.ts";
import type { ResolvedScheduleOptions } from "../model/schedule_options.ts";
import { sharedState } from "../model/shared_state.ts";
import type { StandardSchema } from "../model/standard_schema.ts";
import type { Trigger } from "../triggers/trigger.ts";

/** The function of a task, or a method; that of a batch task takes many inputs, and their context. */
export type TaskFunction = (input: unknown, context: TaskContext | BatchContext) => unknown;

/** Migrates an input from an older version of a task to its present one. */
export type InputMigration = (oldInput: unknown, fromVersion: number) => unknown;

/** The checked options of a task. */
export interface TaskSpec {
  /** Undefined where the method's own name is to be used. */
  readonly name: string | undefined;
  readonly input: StandardSchema | undefined;
  readonly output: StandardSchema | undefined;
  readonly options: ResolvedTaskOptions;
  readonly onFailure: FailureHook | undefined;
  readonly migrate: InputMigration | undefined;
  /** The size of batches; undefined where each job is a call of its own. */
  readonly batch: ResolvedBatch | undefined;
  /** The middleware around every run, the outermost first. */
  readonly use: readonly Middleware[];
  /** The place of its definition, `file:line`. */
  readonly place: string | undefined;
}

/** A declared schedule, checked. */
export interface ScheduleSpec {
  readonly trigger: Trigger;
  readonly options: ResolvedScheduleOptions;
  readonly place: string | undefined;
}

/** A function task, as `task({ name, run })` made it. */
export interface FunctionTask extends TaskSpec {
  readonly name: string;
  readonly run: TaskFunction;
  readonly schedules: readonly ScheduleSpec[];
}

/** One decorator on one method. */
export interface Mark {
  /** Grows with every mark: decorators apply bottom-up, base classes first. */
  readonly order: number;
  readonly key: string | symbol;
  /** The method as this decorator saw it; another decorator may have wrapped it since. */
  readonly method: TaskFunction;
  /** An object that all marks of one class share; undefined where neither the call shape nor the runtime gives it. */
  readonly scope: object | undefined;
  readonly said: { readonly task: TaskSpec } | { readonly schedule: ScheduleSpec };
}

interface RegistryState {
  order: number;
  /** The marks of a method, by the function that was decorated. */
  readonly marksOfMethod: WeakMap<TaskFunction, Mark[]>;
  /**
   * The same by where the method is: a constructor, or the prototype of an object made since. By the function
   * alone, marks are lost when another decorator wraps the method.
   */
  readonly marksOfOwner: WeakMap<object, Set<Mark>>;
  readonly functionTasks: WeakMap<object, FunctionTask>;
  /** The objects made by `taskRef`, with the names they stand for. */
  readonly references: WeakMap<object, string>;
}

/** The one state; the number is raised when its shape changes. */
export const registryState: RegistryState = sharedState("registry.1", () => ({
  order: 0,
  marksOfMethod: new WeakMap(),
  marksOfOwner: new WeakMap(),
  functionTasks: new WeakMap(),
  references: new WeakMap(),
}));
