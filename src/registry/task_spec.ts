import type { FailureHook } from "../context/job_failure.ts";
import { checkMiddleware } from "../context/middleware.ts";
import { CarillonError } from "../errors.ts";
import { checkName, optionError, refuseUnknownOptions } from "../model/option_checks.ts";
import { resolveScheduleOptions } from "../model/schedule_options.ts";
import { isStandardSchema, type StandardSchema } from "../model/standard_schema.ts";
import { resolveBatch, resolveTaskOptions, taskOptionKeys } from "../model/task_options.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { InputMigration, ScheduleSpec, TaskSpec } from "./registry_state.ts";
import type { MethodOptions } from "./task_types.ts";

/** The options of `task({ name, run })` and `@task`, beside `run` and `schedules`. */
type SpecOptions = MethodOptions<StandardSchema | undefined, StandardSchema | undefined> & {
  readonly batch?: unknown;
};

const specKeys = [
  ...taskOptionKeys,
  "name",
  "input",
  "output",
  "onFailure",
  "migrate",
  "use",
  "batch",
] as const;

/**
 * Checks the options of a task. `moreKeys` are keys that the caller checks. Throws `invalidOption`
 * and, for a name that cannot be one, `invalidTask`.
 */
export function taskSpec(
  options: SpecOptions,
  moreKeys: readonly string[],
  place: string | undefined,
): TaskSpec {
  const where = typeof options?.name === "string" ? `task '${options.name}'` : "a task";
  refuseUnknownOptions(options, [...specKeys, ...moreKeys], where);
  const resolved = resolveTaskOptions(options, where);
  const batch = options.batch === undefined ? undefined : resolveBatch(options.batch, where);
  const overrides = batch ? { ...resolved.overrides, batchSize: batch.size } : resolved.overrides;
  return {
    name: options.name === undefined ? undefined : checkName(options.name, "name", "a task"),
    input: checkSchema(options.input, "input", where),
    output: checkSchema(options.output, "output", where),
    options: { ...resolved, overrides },
    batch,
    onFailure: boundFunction(options, "onFailure", where) as FailureHook | undefined,
    migrate: boundFunction(options, "migrate", where) as InputMigration | undefined,
    use: checkMiddleware(options.use, where),
    place,
  };
}

/** Checks the schedules of a function task. Throws `invalidTask` and `invalidOption`. */
export function scheduleSpecs(schedules: unknown, where: string, place: string | undefined): ScheduleSpec[] {
  const valid = Array.isArray(schedules) &&
    schedules.every((item) => typeof item === "object" && item !== null);
  if (!valid) {
    throw optionError(
      "schedules",
      where,
      "must be a list such as [{ trigger: interval({ hours: 1 }) }]",
      schedules,
    );
  }
  return schedules.map(({ trigger, ...options }) => scheduleSpec(trigger, options, where, place));
}

/** Checks a declared schedule. Throws `invalidTask` for what is no trigger and `invalidOption`. */
export function scheduleSpec(
  trigger: unknown,
  options: object,
  where: string,
  place: string | undefined,
): ScheduleSpec {
  if (!isTrigger(trigger)) {
    const shown = typeof trigger === "string" ? `'${trigger}'` : `a value of type ${typeof trigger}`;
    throw new CarillonError(
      "invalidTask",
      `A schedule of ${where} needs a trigger such as cron("0 9 * * *") or interval({ hours: 1 }), ` +
        `but got ${shown}`,
      { details: { where, place } },
    );
  }
  return { trigger, options: resolveScheduleOptions(options, `a schedule of ${where}`), place };
}

function checkSchema(value: unknown, option: string, where: string): StandardSchema | undefined {
  if (value === undefined || isStandardSchema(value)) return value;
  throw optionError(option, where, "must be a schema (Zod, Valibot, ArkType or any Standard Schema)", value);
}

/** A function among the options, which may use `this`. */
function boundFunction(options: SpecOptions, option: "onFailure" | "migrate", where: string): unknown {
  const value: unknown = options[option];
  if (value === undefined) return undefined;
  if (typeof value !== "function") throw optionError(option, where, "must be a function", value);
  return value.bind(options);
}

function isTrigger(value: unknown): value is Trigger {
  const trigger = value as Partial<Trigger> | null | undefined;
  return typeof trigger?.nextAfterMs === "function" && typeof trigger.toJSON === "function" &&
    typeof trigger.kind === "string";
}

/** The end of a line of a stack: a file (by path or address), line and column. */
const FRAME = /(?:\(|^at (?:async )?)(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/]|https?:\/\/)[^()]*):(\d+):\d+\)?$/;

/**
 * Returns the place of a function's caller, as `file:line`, from a stack; undefined where the runtime gives none.
 * `above` is that function: its own frame and those below are left out. (It must not call this in its last
 * `return`: Bun makes that a tail call, and the frame is gone.)
 */
export function definitionPlace(above: (...args: never[]) => unknown): string | undefined {
  const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, above: unknown) => void };
  const holder: { stack?: string } = {};
  captureStackTrace?.(holder, above);
  for (const line of (holder.stack ?? "").split("\n")) {
    const frame = FRAME.exec(line.trim());
    if (frame) return `${frame[1]}:${frame[2]}`;
  }
  return undefined;
}
