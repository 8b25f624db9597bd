import type { BatchContext, TaskContext } from "../context/task_context.ts";
import type { FailureHook } from "../context/job_failure.ts";
import type { Middleware } from "../context/middleware.ts";
import type { ResolvedBatch } from "../model/task_options.ts";
import type { ConcurrencyKey, RateKey } from "../model/limit_options.ts";
import type { Metadata } from "../model/payload.ts";
import type { BackoffFunction, TaskRetryOptions } from "../model/retry_options.ts";
import type { ResolvedScheduleOptions } from "../model/schedule_options.ts";
import { resolveRunSettings, type RunOverrides } from "../model/settings.ts";
import type { StandardSchema } from "../model/standard_schema.ts";
import type { TaskWrite } from "../model/task_record.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { InputMigration, ScheduleSpec, TaskSpec } from "./registry_state.ts";

/** A task that a scheduler knows, wherever it was defined. */
export interface RegisteredTask {
  /** The name it is stored under. */
  readonly name: string;
  readonly description: string | null;
  /** The code's version of the input. */
  readonly version: number;
  readonly input: StandardSchema | undefined;
  readonly output: StandardSchema | undefined;
  /** The settings that the code gives; the scheduler's defaults fill in. */
  readonly overrides: RunOverrides;
  /** Returns the wait before another attempt, where the code decides (`backoff.kind` is `custom`). */
  readonly backoff: BackoffFunction | undefined;
  /** Returns true if an error is worth another attempt; undefined is always. */
  readonly retryIf: TaskRetryOptions["retryIf"] | undefined;
  /** Returns the concurrency key of a job from its input. */
  readonly concurrencyKey: ConcurrencyKey | undefined;
  readonly rateKey: RateKey | undefined;
  /** Called when a job has failed for good. */
  readonly onFailure: FailureHook | undefined;
  /** Migrates inputs of older versions to the present one. */
  readonly migrate: InputMigration | undefined;
  /** The size of batches; undefined where each job is a call of its own. */
  readonly batch: ResolvedBatch | undefined;
  /** The middleware around every run, the outermost first. */
  readonly use: readonly Middleware[];
  readonly metadata: Metadata;
  /** In the order of the source. */
  readonly schedules: readonly DeclaredSchedule[];
  /** The place of its definition, `file:line`; undefined where the runtime does not report it. */
  readonly place: string | undefined;
  /** False for the methods of a class that was listed without an instance: known by name and types only. */
  readonly runnable: boolean;
  /** Calls the function, a method on its instance; that of a batch task with many inputs and their context. */
  call(input: unknown, context: TaskContext | BatchContext): unknown;
}

/** A schedule that the code declares. */
export interface DeclaredSchedule {
  /** The id given, else the task's name, for the second one `name#2`. */
  readonly id: string;
  readonly trigger: Trigger;
  /** Its checked options; its input is not checked yet. */
  readonly options: ResolvedScheduleOptions;
  readonly place: string | undefined;
}

/** Makes a registered task of its checked options and the way to call it. */
export function registeredTask(
  name: string,
  spec: TaskSpec | undefined,
  schedules: readonly ScheduleSpec[],
  how: Pick<RegisteredTask, "call" | "runnable">,
): RegisteredTask {
  const options = spec?.options;
  return Object.freeze({
    name,
    description: options?.description ?? null,
    version: options?.version ?? 1,
    input: spec?.input,
    output: spec?.output,
    overrides: options?.overrides ?? {},
    backoff: options?.backoff,
    retryIf: options?.retryIf,
    concurrencyKey: options?.concurrencyKey,
    rateKey: options?.rateKey,
    onFailure: spec?.onFailure,
    migrate: spec?.migrate,
    batch: spec?.batch,
    use: spec?.use ?? [],
    metadata: options?.metadata ?? {},
    schedules: schedules.map((schedule, index) => ({
      ...schedule,
      id: schedule.options.id ?? (index === 0 ? name : `${name}#${index + 1}`),
    })),
    place: spec?.place ?? schedules[0]?.place,
    ...how,
  });
}

/** The task as it is stored: its settings, then the scheduler's defaults, then the defaults table. */
export function taskWrite(task: RegisteredTask, defaults: RunOverrides = {}): TaskWrite {
  const { name, description, version, metadata } = task;
  return { name, description, version, metadata, settings: resolveRunSettings(task.overrides, defaults) };
}
