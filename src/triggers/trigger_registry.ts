import { CarillonError } from "../errors.ts";
import { disregard } from "../model/maybe_promise.ts";
import { isStandardSchema, type StandardSchema } from "../model/standard_schema.ts";
import { didYouMean } from "../model/text.ts";
import { timeZoneId } from "../time/time_zone.ts";
import { andFromJSON, orFromJSON } from "./and_or.ts";
import { calendarFilterFromJSON } from "./calendar/calendar_filter.ts";
import { calendarIntervalFromJSON } from "./calendar_interval.ts";
import { invalidTrigger, shown } from "./checks.ts";
import { cronFromJSON } from "./cron/cron.ts";
import { dateFromJSON } from "./date.ts";
import { fixedDelayFromJSON } from "./fixed_delay.ts";
import { intervalFromJSON } from "./interval.ts";
import type { Trigger, TriggerContext, TriggerCore, TriggerJSON, TriggerKind } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";

/** Makes a trigger of the JSON of its kind; `read` makes the triggers inside it. */
type KindReader = (json: TriggerJSON, read: (json: unknown) => Trigger) => Trigger;

const builtInReaders = {
  and: andFromJSON,
  calendarInterval: calendarIntervalFromJSON,
  cron: cronFromJSON,
  date: dateFromJSON,
  except: calendarFilterFromJSON,
  fixedDelay: fixedDelayFromJSON,
  interval: intervalFromJSON,
  only: calendarFilterFromJSON,
  or: orFromJSON,
} satisfies Record<TriggerKind, KindReader>;

/** The readers of the built-in kinds. */
export const builtInKinds: ReadonlyMap<string, KindReader> = new Map(Object.entries(builtInReaders));

/** The kinds that users registered. */
const registeredKinds: Map<string, KindReader> = new Map();

/** The largest depth of triggers nested in one another. */
const DEPTH_MAX = 32;

/**
 * Makes the trigger that `toJSON()` described. Stored definitions are checked like typed ones.
 *
 * Throws `invalidTrigger` for JSON that its kind does not understand, `unknownTriggerKind` for a kind that is
 * neither built in nor registered.
 *
 * @example
 * ```ts
 * import { cron, triggerFromJSON } from "carillon";
 *
 * const stored = JSON.stringify(cron("0 9 * * *", { timeZone: "Europe/Berlin" }));
 * console.assert(triggerFromJSON(JSON.parse(stored)).timeZone === "Europe/Berlin");
 * ```
 */
export function triggerFromJSON(json: unknown): Trigger {
  return read(json, 0);
}

function read(json: unknown, depth: number): Trigger {
  if (depth > DEPTH_MAX) throw invalidTrigger(`Triggers are nested more than ${DEPTH_MAX} deep`);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidTrigger(`A stored trigger must be an object, but got ${shown(json)}`);
  }
  const { kind } = json as Partial<TriggerJSON>;
  if (typeof kind !== "string") {
    throw invalidTrigger(`A stored trigger must name its kind, but got ${shown(kind)}`, { field: "kind" });
  }
  const reader = builtInKinds.get(kind) ?? registeredKinds.get(kind);
  if (!reader) throw unknownKind(kind);
  return reader(json as TriggerJSON, (inner) => read(inner, depth + 1));
}

function unknownKind(kind: string): CarillonError {
  const kinds = [...builtInKinds.keys(), ...registeredKinds.keys()];
  return new CarillonError(
    "unknownTriggerKind",
    `There is no kind of trigger '${kind}'${
      didYouMean(kind, kinds)
    }; register it with registerTrigger() first`,
    { details: { kind, kinds } },
  );
}

/** The part of a trigger of your own; Carillon adds the rest of a {@linkcode Trigger}. */
export interface TriggerLogic {
  /**
   * The first fire strictly after an instant, both in whole milliseconds since 1970; undefined when none is
   * left. It must be pure: the same call returns the same.
   */
  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined;
  /** The zone that fires are shown in, when the definition names one. */
  readonly timeZone?: string | undefined;
  /** The definition with a zone, when it can have one and names none; left out by triggers without zones. */
  definitionInZone?(timeZone: string): object;
}

/**
 * Registers a kind of trigger of your own and returns the function that makes them. A definition is checked by
 * the schema (any Standard Schema that is not asynchronous) both when typed and when read from the data store; it
 * is stored as it was given, so it must be JSON. `triggerConformance` from `carillon/testing` tests the result.
 *
 * Throws `invalidTrigger` for a kind that exists.
 *
 * @example
 * ```ts
 * import { registerTrigger, type StandardSchema } from "carillon";
 *
 * const schema: StandardSchema<{ everyMs: number }> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) => ({ value: value as { everyMs: number } }),
 *   },
 * };
 * const pulse = registerTrigger("example.pulse", schema, ({ everyMs }) => ({
 *   nextAfterMs: (epochMs) => Math.floor(epochMs / everyMs + 1) * everyMs,
 * }));
 * console.assert(pulse({ everyMs: 1000 }).nextAfterMs(1500) === 2000);
 * ```
 */
export function registerTrigger<Input extends object, Output>(
  kind: string,
  schema: StandardSchema<Input, Output>,
  factory: (definition: Output) => TriggerLogic,
): (definition: Input) => Trigger {
  if (typeof kind !== "string" || kind.trim() === "") {
    throw invalidTrigger(`A kind of trigger must be a string, but got ${shown(kind)}`, { field: "kind" });
  }
  if (builtInKinds.has(kind) || registeredKinds.has(kind)) {
    throw invalidTrigger(`The kind of trigger '${kind}' exists already`, {
      field: "kind",
      hint: "put your own name before it, as in 'acme.tides'",
    });
  }
  if (!isStandardSchema(schema)) {
    throw invalidTrigger(`The kind '${kind}' needs a Standard Schema`, { field: "schema" });
  }
  const make = (definition: object) =>
    triggerOf(
      new CustomCore(kind, definition, (input) => {
        return factory(validate(kind, schema, input));
      }),
    );
  registeredKinds.set(kind, ({ kind: _, ...definition }) => make(definition));
  return make;
}

class CustomCore implements TriggerCore {
  readonly kind: string;
  readonly timeZone: string | undefined;
  readonly #definition: object;
  readonly #logic: TriggerLogic;
  readonly #makeLogic: (definition: object) => TriggerLogic;

  constructor(kind: string, definition: object, makeLogic: (definition: object) => TriggerLogic) {
    this.kind = kind;
    this.#definition = copyJSON(kind, definition);
    this.#makeLogic = makeLogic;
    this.#logic = makeLogic(this.#definition);
    this.timeZone = this.#logic.timeZone === undefined ? undefined : timeZoneId(this.#logic.timeZone);
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    const fireMs: unknown = this.#logic.nextAfterMs(epochMs, context);
    if (fireMs === undefined || fireMs === null) return undefined;
    // A loop that believed a fire which is not later would never end.
    if (typeof fireMs === "number" && fireMs > epochMs && Number.isSafeInteger(fireMs)) return fireMs;
    disregard(fireMs);
    throw new CarillonError(
      "triggerFailed",
      `A '${this.kind}' trigger must return whole milliseconds later than ${epochMs}, but returned ${
        shown(fireMs)
      }`,
      { details: { kind: this.kind, epochMs, fireMs: shown(fireMs) } },
    );
  }

  withTimeZone(timeZone: string): TriggerCore {
    const definition = this.timeZone === undefined ? this.#logic.definitionInZone?.(timeZone) : undefined;
    return definition ? new CustomCore(this.kind, definition, this.#makeLogic) : this;
  }

  toJSON(): TriggerJSON {
    // A copy, so that the definition cannot be changed through it.
    return { ...copyJSON(this.kind, this.#definition), kind: this.kind };
  }
}

function validate<Output>(kind: string, schema: StandardSchema<object, Output>, definition: object): Output {
  const result = schema["~standard"].validate(definition);
  if (result instanceof Promise) {
    disregard(result);
    throw invalidTrigger(`The schema of the kind '${kind}' is asynchronous, but triggers are made at once`);
  }
  if (!result.issues) return result.value;
  const issues = result.issues.map((issue) => issue.message).join("; ");
  throw invalidTrigger(`The definition of a '${kind}' trigger is not valid: ${issues}`, {
    expected: "a definition that its schema accepts",
  });
}

function copyJSON(kind: string, definition: unknown): object {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    throw invalidTrigger(
      `The definition of a '${kind}' trigger must be an object, but got ${shown(definition)}`,
    );
  }
  if ("kind" in definition) {
    throw invalidTrigger(`The definition of a '${kind}' trigger must not have a key 'kind'`, {
      field: "kind",
    });
  }
  return JSON.parse(JSON.stringify(definition)) as object;
}
