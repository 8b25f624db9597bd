import { messageOf } from "../../errors.ts";
import { checkConcurrencyKey, checkRateKey } from "../../model/limit_options.ts";
import { invalidOption } from "../../model/option_checks.ts";
import { type Metadata, type Payload, refuseTooLarge } from "../../model/payload.ts";
import { resolveRunSettings, type RunOverrides, type RunSettings } from "../../model/settings.ts";
import { taskMetadata, type TaskRecord } from "../../model/task_record.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { registryState } from "../../registry/registry_state.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import { validateInput } from "../../registry/validate.ts";
import { encodePayload } from "../../serializers/payload.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";

/** A task as a caller named it: by its code, or by name only. */
export interface NamedTask {
  readonly name: string;
  /** Its code, where this process has it. */
  readonly code: RegisteredTask | undefined;
}

/** The task that a reference stands for. Throws `unknownTask`. */
export function namedTask(reference: TaskReference, { registry, role }: Environment): NamedTask {
  const name = registry.nameOf(reference);
  const code = registry.find(name);
  // A reference by name alone is fine; a task whose code is here must also be registered here to run.
  if (!code && role !== "client" && isDefinition(reference)) return { name, code: registry.byName(name) };
  return { name, code };
}

/** True if the reference carries code, rather than a name only (`taskRef`). */
function isDefinition(reference: TaskReference): boolean {
  return typeof reference === "function" || !registryState.references.has(reference);
}

/** An input as it is stored, and the keys that the task's code derives from it. */
export interface EncodedInput {
  readonly input: Payload | null;
  /** null where the task has no keys, or its code is not here. */
  readonly concurrencyKey: string | null;
  /** null where the task's rate has no keys, or its code is not here. */
  readonly rateKey: string | null;
}

/** Checks an input where the task's schema is known, and encodes it as it was given. A promise only where it must be. */
export function encodeInput(
  { name, code }: NamedTask,
  input: unknown,
  environment: Environment,
): EncodedInput | Promise<EncodedInput> {
  if (code === undefined) {
    return { input: payloadOf(name, input, environment), concurrencyKey: null, rateKey: null };
  }
  const checked = validateInput(code, input);
  if (!(checked instanceof Promise)) return encoded(code, input, checked, environment);
  return checked.then((value) => encoded(code, input, value, environment));
}

function encoded(
  code: RegisteredTask,
  input: unknown,
  checked: unknown,
  environment: Environment,
): EncodedInput {
  return {
    input: payloadOf(code.name, input, environment),
    concurrencyKey: keyOf(code, "concurrency.key", code.concurrencyKey, checked, checkConcurrencyKey),
    rateKey: keyOf(code, "rateLimit.key", code.rateKey, checked, checkRateKey),
  };
}

function payloadOf(name: string, input: unknown, { serializer, maxInputBytes }: Environment): Payload | null {
  const payload = encodePayload(input, serializer);
  refuseTooLarge(payload, { max: maxInputBytes, option: "maxInputBytes", what: `input of task '${name}'` });
  return payload;
}

function keyOf(
  task: RegisteredTask,
  option: string,
  key: ((input: unknown) => string) | undefined,
  input: unknown,
  check: (value: unknown, where: string) => string,
): string | null {
  if (key === undefined) return null;
  const where = `task '${task.name}'`;
  let answer: unknown;
  try {
    answer = key(input);
  } catch (cause) {
    throw invalidOption(option, where, `it threw: ${messageOf(cause)}`, cause);
  }
  return check(answer, `a job of ${where}`);
}

/** The settings of a new job of a task, as far as they are known when it is added. */
export async function settingsOf(
  task: NamedTask,
  unit: StoreUnit,
  { defaults }: Environment,
  ...levels: readonly (RunOverrides | undefined)[]
): Promise<RunSettings> {
  const record = await unit.tasks.fresh(task.name);
  return resolveRunSettings(...levels, record?.overrides, task.code?.overrides ?? record?.settings, defaults);
}

/** Settings and metadata of a task's job that specifies nothing itself. */
export interface TaskDefaults {
  readonly settings: RunSettings;
  readonly metadata: Metadata;
}

/** The defaults of tasks' jobs, remembered for as long as neither the code nor the record of a task changes. */
export class TaskDefaultsCache {
  readonly #schedulerDefaults: RunOverrides;
  readonly #known = new WeakMap<TaskRecord, TaskDefaults & { readonly code: NamedTask["code"] }>();

  /** `schedulerDefaults` hold where the task specifies nothing. */
  constructor(schedulerDefaults: RunOverrides) {
    this.#schedulerDefaults = schedulerDefaults;
  }

  /** The defaults of a task's jobs, as stored and in this process. */
  of({ code }: NamedTask, record: TaskRecord | undefined): TaskDefaults {
    const known = record && this.#known.get(record);
    if (known && known.code === code) return known;
    const settings = code?.overrides ?? record?.settings;
    const found = {
      settings: resolveRunSettings(record?.overrides, settings, this.#schedulerDefaults),
      metadata: record ? taskMetadata(record) : code?.metadata ?? {},
      code,
    };
    if (record) this.#known.set(record, found);
    return found;
  }
}
