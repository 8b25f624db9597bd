import { CarillonError } from "../../errors.ts";
import { UTC } from "../../time/time_zone.ts";
import { zoneTable } from "../../time/zone_table.ts";
import { checkKeys, checkWord, invalidTrigger, shown } from "../checks.ts";
import type {
  CalendarOptions,
  CalendarView,
  OnHoliday,
  Trigger,
  TriggerContext,
  TriggerCore,
  TriggerJSON,
} from "../trigger.ts";
import { LEFT_OUT_MAX, nextMovedMs } from "./moved_fires.ts";

/** The direction in which a fire on a day that is left out moves. */
const moves = { skip: 0, next: 1, previous: -1 } as const satisfies Record<OnHoliday, -1 | 0 | 1>;
const holidayPolicies = Object.keys(moves) as readonly OnHoliday[];

/** The fires of another trigger that a named calendar does not leave out. */
export class CalendarFilterCore implements TriggerCore {
  readonly kind: "except" | "only";
  readonly #trigger: TriggerCore;
  readonly #calendar: string;
  readonly #onHoliday: OnHoliday;

  /** Checks the options; throws `invalidTrigger`. */
  constructor(kind: "except" | "only", trigger: TriggerCore, calendar: string, options: CalendarOptions) {
    if (typeof calendar !== "string" || calendar.trim() === "") {
      throw invalidTrigger(`.${kind}() takes the name of a calendar, but got ${shown(calendar)}`);
    }
    checkKeys(options, ["onHoliday"], `The options of .${kind}()`);
    this.kind = kind;
    this.#trigger = trigger;
    this.#calendar = calendar;
    this.#onHoliday = checkWord(options.onHoliday, holidayPolicies, "onHoliday") ?? "skip";
  }

  get timeZone(): string | undefined {
    return this.#trigger.timeZone;
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    const view = this.#view(context);
    const direction = moves[this.#onHoliday];
    if (direction !== 0) return this.#nextMoved(view, epochMs, context, direction);
    let afterMs = epochMs;
    for (let round = 0; round < LEFT_OUT_MAX; round++) {
      const fireMs = this.#trigger.nextAfterMs(afterMs, context);
      if (fireMs === undefined || this.#counts(view, fireMs)) return fireMs;
      const againMs = this.#nextMs(view, fireMs, true);
      if (againMs === undefined) return undefined;
      afterMs = Math.max(fireMs, againMs - 1);
    }
    throw tooMany(this.#calendar);
  }

  withTimeZone(timeZone: string): TriggerCore {
    const trigger = this.#trigger.withTimeZone(timeZone);
    return trigger === this.#trigger
      ? this
      : new CalendarFilterCore(this.kind, trigger, this.#calendar, { onHoliday: this.#onHoliday });
  }

  toJSON(): TriggerJSON {
    return {
      kind: this.kind,
      calendar: this.#calendar,
      ...(this.#onHoliday === "skip" ? {} : { onHoliday: this.#onHoliday }),
      trigger: this.#trigger.toJSON(),
    };
  }

  #counts(view: CalendarView, epochMs: number): boolean {
    return view.includesMs(epochMs, this.timeZone) === (this.kind === "only");
  }

  /** The first instant at or after one that lies on a day that counts, or on one that does not. */
  #nextMs(view: CalendarView, epochMs: number, counting: boolean): number | undefined {
    return counting === (this.kind === "only")
      ? view.nextInsideMs(epochMs, this.timeZone)
      : view.nextOutsideMs(epochMs, this.timeZone);
  }

  #nextMoved(
    view: CalendarView,
    epochMs: number,
    context: TriggerContext | undefined,
    direction: 1 | -1,
  ): number | undefined {
    return nextMovedMs({
      nextAfterMs: (afterMs) => this.#trigger.nextAfterMs(afterMs, context),
      counts: (atMs) => this.#counts(view, atMs),
      nextCountingMs: (atMs) => this.#nextMs(view, atMs, true),
      nextLeftOutMs: (atMs) => this.#nextMs(view, atMs, false),
      table: zoneTable(this.timeZone ?? UTC),
      direction,
      giveUp: () => tooMany(this.#calendar),
    }, epochMs);
  }

  #view(context: TriggerContext | undefined): CalendarView {
    const view = context?.calendars?.get(this.#calendar);
    if (view) return view;
    throw new CarillonError(
      "unknownCalendar",
      `There is no calendar '${this.#calendar}' in the context of the trigger; store it first, or hand it over as context.calendars`,
      { details: { calendar: this.#calendar } },
    );
  }
}

function tooMany(calendar: string): CarillonError {
  return new CarillonError(
    "maxIterationsReached",
    `The calendar '${calendar}' leaves out more than ${LEFT_OUT_MAX} fires in a row`,
    { details: { calendar, maxIterations: LEFT_OUT_MAX } },
  );
}

/** Reads the JSON of what `.except()` and `.only()` made. */
export function calendarFilterFromJSON(json: TriggerJSON, read: (json: unknown) => Trigger): Trigger {
  const fields = checkKeys(
    json,
    ["kind", "calendar", "onHoliday", "trigger"],
    `A trigger of kind '${json.kind}'`,
  );
  const trigger = read(fields["trigger"]);
  const calendar = fields["calendar"] as string;
  const options: CalendarOptions = { onHoliday: fields["onHoliday"] as CalendarOptions["onHoliday"] };
  return json.kind === "except" ? trigger.except(calendar, options) : trigger.only(calendar, options);
}
