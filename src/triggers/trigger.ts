/**
 * The port of triggers: immutable values that define the instants at which something fires.
 *
 * Guarantees every trigger keeps (the exported conformance suite holds them to it):
 * - **Pure.** The same call returns the same; a preview changes nothing; nothing reads the clock.
 * - **Strictly after.** `nextAfter(t)` is later than `t`, a whole millisecond, and the earliest fire there is.
 * - **Bounded.** It returns after a bounded search, `undefined` when no fire is left.
 * - **Serialisable.** `triggerFromJSON(trigger.toJSON())` fires at the same instants.
 */
import type { MomentInput } from "../time/moment.ts";

/** The built-in kinds of trigger; others are registered. */
export type TriggerKind =
  | "and"
  | "calendarInterval"
  | "cron"
  | "date"
  | "except"
  | "fixedDelay"
  | "interval"
  | "only"
  | "or";

/** A stored trigger: plain JSON with the kind it was registered under. */
export interface TriggerJSON {
  /** The registered kind, `"cron"` for example. */
  readonly kind: string;
  /** The fields of the kind's own schema. */
  readonly [field: string]: unknown;
}

/**
 * A named set of days, as a trigger sees it. Made by `calendarView`. A calendar whose definition names no zone
 * has its days in the zone of the trigger that asks, which hands it over as `timeZone`.
 */
export interface CalendarView {
  /** True if an instant (in whole milliseconds since 1970) lies in the calendar. */
  includesMs(epochMs: number, timeZone?: string): boolean;
  /** The first instant at or after `epochMs` that lies outside the calendar; undefined when there is none. */
  nextOutsideMs(epochMs: number, timeZone?: string): number | undefined;
  /** The first instant at or after `epochMs` that lies inside the calendar; undefined when there is none. */
  nextInsideMs(epochMs: number, timeZone?: string): number | undefined;
}

/** The policy for a fire on a day that a calendar leaves out. */
export type OnHoliday = "skip" | "next" | "previous";

/** Options of {@linkcode Trigger.except} and {@linkcode Trigger.only}. */
export interface CalendarOptions {
  /**
   * The policy for a fire on a day that is left out: `skip` drops it; `next` and `previous` move it to the
   * nearest day that counts, at the same time of day.
   *
   * @default "skip"
   */
  readonly onHoliday?: OnHoliday | undefined;
}

/** The facts that a trigger may depend on beside its own definition. */
export interface TriggerContext {
  /** The instant at which the schedule was first stored, from which a trigger without a `start` counts. */
  readonly anchor?: Temporal.Instant | undefined;
  /** The named calendars of the data store. */
  readonly calendars?: ReadonlyMap<string, CalendarView> | undefined;
  /** The end of the schedule's last run; absent before the first one ended. */
  readonly lastFinished?: Temporal.Instant | undefined;
}

/** Options of {@linkcode Trigger.preview}. */
export interface PreviewOptions {
  /** The start; a fire at this very instant is shown. */
  readonly from: MomentInput;
  /** The end, inclusive. @default no end */
  readonly until?: MomentInput | undefined;
  /**
   * The largest number of fires. @default 10; with `until` all of them, and more than 10,000 throw `invalidOption`
   */
  readonly limit?: number | undefined;
  /** The facts that the trigger depends on beside its definition. */
  readonly context?: TriggerContext | undefined;
}

/** An immutable value that defines the instants at which something fires. */
export interface Trigger {
  /** The registered kind, `"cron"` for example. */
  readonly kind: string;
  /** The zone that fires are shown in; undefined when the definition names none. */
  readonly timeZone: string | undefined;
  /** The first fire strictly after an instant; undefined when none is left. */
  nextAfter(instant: MomentInput, context?: TriggerContext): Temporal.Instant | undefined;
  /** The same in whole milliseconds since 1970: what the loops call. */
  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined;
  /** The coming fires, in the trigger's zone. */
  preview(options: PreviewOptions): Temporal.ZonedDateTime[];
  /** This trigger without the fires that lie in a named calendar; they can be moved instead of dropped. */
  except(calendar: string, options?: CalendarOptions): Trigger;
  /** This trigger with only the fires that lie in a named calendar; others can be moved instead of dropped. */
  only(calendar: string, options?: CalendarOptions): Trigger;
  /** The same trigger with a zone where its definition names none; itself when it has one or needs none. */
  withTimeZone(timeZone: string): Trigger;
  /** The definition as JSON, to be stored. */
  toJSON(): TriggerJSON;
}

/**
 * The part of a trigger that depends on its kind; `triggerOf` makes a whole {@linkcode Trigger} of it. Every
 * trigger is a core too.
 */
export interface TriggerCore {
  /** The registered kind. */
  readonly kind: string;
  /** The zone that the definition names, if any. */
  readonly timeZone: string | undefined;
  /** The first fire strictly after an instant, in whole milliseconds since 1970. */
  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined;
  /** The same with a zone where the definition names none; itself when it has one or needs none. */
  withTimeZone(timeZone: string): TriggerCore;
  /** The definition as JSON. */
  toJSON(): TriggerJSON;
}
