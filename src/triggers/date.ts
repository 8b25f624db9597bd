import { isLocalMoment, type Moment, type MomentInput, momentMs, momentOf } from "../time/moment.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { checkKeys } from "./checks.ts";
import type { Trigger, TriggerCore, TriggerJSON } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";

/** Options of {@linkcode date}. */
export interface DateOptions {
  /** The zone that a `when` without an offset is local to. @default the scheduler's */
  readonly timeZone?: string | undefined;
}

/**
 * Fires once, at an instant. A `when` without an offset is local to the trigger's zone: where it does not exist
 * it means the first instant after the gap, where it exists twice its first pass.
 *
 * Throws `invalidTrigger` for what is no date, `unknownTimeZone` for what is no zone.
 *
 * @example
 * ```ts
 * import { date } from "carillon";
 *
 * const once = date("2026-12-24 18:00", { timeZone: "Europe/Berlin" });
 * const [fire] = once.preview({ from: Temporal.Instant.from("2026-01-01T00:00Z") });
 * console.assert(fire?.toString() === "2026-12-24T18:00:00+01:00[Europe/Berlin]");
 * ```
 */
export function date(when: MomentInput, options: DateOptions = {}): Trigger {
  checkKeys(options, ["timeZone"], "The options of date()");
  const timeZone = options.timeZone === undefined ? undefined : timeZoneId(options.timeZone);
  return triggerOf(new DateCore(momentOf(when, "when"), timeZone));
}

/** Reads the JSON of a `date` trigger. */
export function dateFromJSON(json: TriggerJSON): Trigger {
  const { when, timeZone } = checkKeys(json, ["kind", "when", "timeZone"], "A date trigger");
  return date(when as MomentInput, { timeZone: timeZone as string | undefined });
}

class DateCore implements TriggerCore {
  readonly kind = "date";
  readonly timeZone: string | undefined;
  readonly #when: Moment;
  readonly #atMs: number;

  constructor(when: Moment, timeZone: string | undefined) {
    this.timeZone = timeZone;
    this.#when = when;
    this.#atMs = momentMs(when, timeZone ?? UTC);
  }

  nextAfterMs(epochMs: number): number | undefined {
    return this.#atMs > epochMs ? this.#atMs : undefined;
  }

  withTimeZone(timeZone: string): TriggerCore {
    const local = this.timeZone === undefined && isLocalMoment(this.#when);
    return local ? new DateCore(this.#when, timeZone) : this;
  }

  toJSON(): TriggerJSON {
    return {
      kind: this.kind,
      when: this.#when,
      ...(this.timeZone === undefined ? {} : { timeZone: this.timeZone }),
    };
  }
}
