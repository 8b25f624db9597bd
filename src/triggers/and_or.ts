import { withoutUndefined } from "../model/payload.ts";
import { CarillonError } from "../errors.ts";
import type { DurationInput } from "../time/duration.ts";
import { checkKeys, invalidTrigger, periodMs, shown } from "./checks.ts";
import type { Trigger, TriggerContext, TriggerCore, TriggerJSON } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";

/** Options of {@linkcode and}. */
export interface AndOptions {
  /** The largest distance of fires that still count as one. @default 1 second */
  readonly threshold?: DurationInput | undefined;
  /** The largest number of rounds of one search. @default 10,000 */
  readonly maxIterations?: number | undefined;
}

const THRESHOLD_MS = 1000;
const MAX_ITERATIONS = 10_000;

/**
 * Fires where all of several triggers do: at an instant at which one fires, when each of the others fires then
 * or at most `threshold` later.
 *
 * Throws `invalidTrigger` for an empty list and for what is no trigger; its search throws
 * `maxIterationsReached` when the triggers do not meet within `maxIterations` rounds.
 *
 * @example
 * ```ts
 * import { and, calendarInterval, cron } from "carillon";
 *
 * const zone = { timeZone: "Europe/Berlin" };
 * const everyOtherMonth = calendarInterval({ months: 2 }, { at: "10:00", start: "2022-06-07", ...zone });
 * const onWorkdays = and([everyOtherMonth, cron("0 10 * * mon-fri", zone)]);
 * const days = onWorkdays.preview({ from: Temporal.Instant.from("2022-06-01T00:00Z"), limit: 2 });
 * console.assert(days.map((day) => day.toPlainDate()).join(" ") === "2022-06-07 2022-10-07");
 *
 * // Not at the very same instant, but within an hour of each other; found within a thousand rounds or refused.
 * const near = and([cron("0 9 * * *"), cron("30 9 * * fri")], { threshold: { hours: 1 }, maxIterations: 1000 });
 * console.assert(near.preview({ from: Temporal.Instant.from("2026-01-01T00:00Z"), limit: 1 })[0]?.day === 2);
 * ```
 */
export function and(triggers: readonly Trigger[], options: AndOptions = {}): Trigger {
  checkKeys(options, ["threshold", "maxIterations"], "The options of and()");
  const { threshold, maxIterations = MAX_ITERATIONS } = options;
  if (!Number.isInteger(maxIterations) || maxIterations < 1) {
    throw invalidTrigger(
      `maxIterations must be a whole number of at least 1, but got ${shown(maxIterations)}`,
      {
        field: "maxIterations",
      },
    );
  }
  const thresholdMs = threshold === undefined
    ? THRESHOLD_MS
    : periodMs(threshold, "threshold", { allowZero: true });
  return triggerOf(new AndCore(checkParts(triggers, "and"), thresholdMs, maxIterations));
}

/** Reads the JSON of an `and` trigger. */
export function andFromJSON(json: TriggerJSON, read: (json: unknown) => Trigger): Trigger {
  const { triggers, thresholdMs, maxIterations } = checkKeys(
    json,
    ["kind", "triggers", "thresholdMs", "maxIterations"],
    "An and trigger",
  );
  if (!Array.isArray(triggers)) {
    throw invalidTrigger("An and trigger needs a list of triggers", { field: "triggers" });
  }
  if (thresholdMs !== undefined && typeof thresholdMs !== "number") {
    throw invalidTrigger(`thresholdMs must be a number, but got ${shown(thresholdMs)}`, {
      field: "thresholdMs",
    });
  }
  return and(triggers.map(read), {
    threshold: thresholdMs === undefined ? undefined : { milliseconds: thresholdMs },
    maxIterations: maxIterations as number | undefined,
  });
}

class AndCore implements TriggerCore {
  readonly kind = "and";
  readonly timeZone: string | undefined;
  readonly #parts: readonly Trigger[];
  readonly #thresholdMs: number;
  readonly #maxIterations: number;

  constructor(parts: readonly Trigger[], thresholdMs: number, maxIterations: number) {
    this.timeZone = sharedTimeZone(parts);
    this.#parts = parts;
    this.#thresholdMs = thresholdMs;
    this.#maxIterations = maxIterations;
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    let afterMs = epochMs;
    for (let round = 0; round < this.#maxIterations; round++) {
      let earliestMs = Infinity;
      let latestMs = -Infinity;
      for (const part of this.#parts) {
        const fireMs = part.nextAfterMs(afterMs, context);
        if (fireMs === undefined) return undefined;
        if (fireMs < earliestMs) earliestMs = fireMs;
        if (fireMs > latestMs) latestMs = fireMs;
      }
      if (latestMs - earliestMs <= this.#thresholdMs) return earliestMs;
      // The latest part has no fire before `latestMs`, so nothing earlier than this can meet it.
      afterMs = latestMs - this.#thresholdMs - 1;
    }
    throw new CarillonError(
      "maxIterationsReached",
      `The triggers of and() did not meet within ${this.#maxIterations} rounds; raise maxIterations, or combine triggers that meet`,
      { details: { maxIterations: this.#maxIterations, thresholdMs: this.#thresholdMs } },
    );
  }

  withTimeZone(timeZone: string): TriggerCore {
    const parts = partsInZone(this.#parts, timeZone);
    return parts === this.#parts ? this : new AndCore(parts, this.#thresholdMs, this.#maxIterations);
  }

  toJSON(): TriggerJSON {
    return withoutUndefined({
      kind: this.kind,
      triggers: this.#parts.map((part) => part.toJSON()),
      thresholdMs: this.#thresholdMs === THRESHOLD_MS ? undefined : this.#thresholdMs,
      maxIterations: this.#maxIterations === MAX_ITERATIONS ? undefined : this.#maxIterations,
    });
  }
}

/**
 * Fires whenever one of several triggers does; once where several fire at the same instant.
 *
 * Throws `invalidTrigger` for an empty list and for what is no trigger.
 *
 * @example
 * ```ts
 * import { cron, or } from "carillon";
 *
 * const opening = or([cron("0 9 * * mon-fri"), cron("0 11 * * sat")]);
 * const next = opening.nextAfter(Temporal.Instant.from("2026-03-27T09:00Z"));
 * console.assert(next?.toString() === "2026-03-28T11:00:00Z");
 * ```
 */
export function or(triggers: readonly Trigger[]): Trigger {
  return triggerOf(new OrCore(checkParts(triggers, "or")));
}

/** Reads the JSON of an `or` trigger. */
export function orFromJSON(json: TriggerJSON, read: (json: unknown) => Trigger): Trigger {
  const { triggers } = checkKeys(json, ["kind", "triggers"], "An or trigger");
  if (!Array.isArray(triggers)) {
    throw invalidTrigger("An or trigger needs a list of triggers", { field: "triggers" });
  }
  return or(triggers.map(read));
}

class OrCore implements TriggerCore {
  readonly kind = "or";
  readonly timeZone: string | undefined;
  readonly #parts: readonly Trigger[];

  constructor(parts: readonly Trigger[]) {
    this.timeZone = sharedTimeZone(parts);
    this.#parts = parts;
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    let earliestMs: number | undefined;
    for (const part of this.#parts) {
      const fireMs = part.nextAfterMs(epochMs, context);
      if (fireMs !== undefined && (earliestMs === undefined || fireMs < earliestMs)) earliestMs = fireMs;
    }
    return earliestMs;
  }

  withTimeZone(timeZone: string): TriggerCore {
    const parts = partsInZone(this.#parts, timeZone);
    return parts === this.#parts ? this : new OrCore(parts);
  }

  toJSON(): TriggerJSON {
    return { kind: this.kind, triggers: this.#parts.map((part) => part.toJSON()) };
  }
}

/** The largest number of triggers that can be combined. */
const PARTS_MAX = 100;

/** Checks a list of triggers to combine, and returns a copy. Throws `invalidTrigger`. */
export function checkParts(triggers: unknown, name: string): readonly Trigger[] {
  if (!Array.isArray(triggers)) {
    throw invalidTrigger(`${name}() takes a list of triggers, but got ${shown(triggers)}`, {
      hint: `write ${name}([a, b])`,
    });
  }
  if (triggers.length === 0 || triggers.length > PARTS_MAX) {
    throw invalidTrigger(`${name}() takes 1 to ${PARTS_MAX} triggers, but got ${triggers.length}`);
  }
  for (const [index, trigger] of triggers.entries()) {
    const { nextAfterMs, toJSON, withTimeZone } = (trigger ?? {}) as Partial<Trigger>;
    if ([nextAfterMs, toJSON, withTimeZone].every((method) => typeof method === "function")) continue;
    throw invalidTrigger(`Element ${index} of ${name}() must be a trigger, but got ${shown(trigger)}`);
  }
  return [...triggers] as Trigger[];
}

/** The zone that all parts with a zone share; undefined when they differ. */
export function sharedTimeZone(parts: readonly TriggerCore[]): string | undefined {
  const zones = new Set(parts.map((part) => part.timeZone).filter((zone) => zone !== undefined));
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** The parts in a zone; the same list when none of them changes. */
export function partsInZone(parts: readonly Trigger[], timeZone: string): readonly Trigger[] {
  const changed = parts.map((part) => part.withTimeZone(timeZone));
  return changed.every((part, index) => part === parts[index]) ? parts : changed;
}
