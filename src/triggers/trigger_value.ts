import { CarillonError, messageOf } from "../errors.ts";
import { optionError } from "../model/option_checks.ts";
import { epochMsOf, type MomentInput } from "../time/moment.ts";
import { EARLIEST_MS, instantOf, LATEST_MS, temporalName } from "../time/temporal.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { CalendarFilterCore } from "./calendar/calendar_filter.ts";
import { shown } from "./checks.ts";
import type {
  CalendarOptions,
  PreviewOptions,
  Trigger,
  TriggerContext,
  TriggerCore,
  TriggerJSON,
} from "./trigger.ts";

/** Default number of fires in a preview without an end. */
const PREVIEW_LIMIT = 10;

/** The largest number of fires in a preview with an end and no limit. */
const UNTIL_MAX = 10_000;

/** A whole trigger around the core of its kind. */
class TriggerValue implements Trigger {
  readonly #core: TriggerCore;

  constructor(core: TriggerCore) {
    this.#core = core;
  }

  get kind(): string {
    return this.#core.kind;
  }

  get timeZone(): string | undefined {
    return this.#core.timeZone;
  }

  nextAfter(instant: MomentInput, context?: TriggerContext): Temporal.Instant | undefined {
    return instantOf(
      this.nextAfterMs(this.#ms(instant, "the instant of nextAfter()", "down"), context) ?? null,
    );
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    if (epochMs >= EARLIEST_MS && epochMs < LATEST_MS) return this.#core.nextAfterMs(epochMs, context);
    if (epochMs >= LATEST_MS) return undefined;
    if (epochMs < EARLIEST_MS) return this.#core.nextAfterMs(EARLIEST_MS, context);
    throw new CarillonError("invalidOption", `nextAfterMs() takes milliseconds, but got ${shown(epochMs)}`);
  }

  preview({ from, until, limit, context }: PreviewOptions): Temporal.ZonedDateTime[] {
    const most = limit ?? (until === undefined ? PREVIEW_LIMIT : UNTIL_MAX);
    const isUnlimited = limit === Infinity && until !== undefined;
    if (!isUnlimited && (!Number.isInteger(most) || most < 0)) {
      throw optionError("limit", "preview()", "must be a whole number of at least 0", limit);
    }
    const untilMs = until === undefined ? LATEST_MS : this.#ms(until, "until of preview()", "down");
    const fromMs = this.#ms(from, "from of preview()", "up");
    const zone = this.timeZone ??
      (temporalName(from) === "ZonedDateTime" ? (from as Temporal.ZonedDateTime).timeZoneId : UTC);
    const fires: Temporal.ZonedDateTime[] = [];
    let atMs = fromMs - 1;
    while (fires.length < most || (limit === undefined && until !== undefined)) {
      const next = this.nextAfterMs(atMs, context);
      if (next === undefined || next > untilMs) break;
      if (fires.length === most) {
        const rule = `leaves more than ${UNTIL_MAX} fires: ask for fewer, or give a 'limit'`;
        throw optionError("until", "preview()", rule, until);
      }
      fires.push(instantOf(next).toZonedDateTimeISO(zone));
      atMs = next;
    }
    return fires;
  }

  except(calendar: string, options: CalendarOptions = {}): Trigger {
    return new TriggerValue(new CalendarFilterCore("except", this.#core, calendar, options));
  }

  only(calendar: string, options: CalendarOptions = {}): Trigger {
    return new TriggerValue(new CalendarFilterCore("only", this.#core, calendar, options));
  }

  withTimeZone(timeZone: string): Trigger {
    const core = this.#core.withTimeZone(timeZoneId(timeZone));
    return core === this.#core ? this : new TriggerValue(core);
  }

  toJSON(): TriggerJSON {
    return this.#core.toJSON();
  }

  #ms(moment: MomentInput, where: string, rounding: "up" | "down"): number {
    try {
      return epochMsOf(moment, where, this.timeZone ?? UTC, rounding);
    } catch (cause) {
      throw new CarillonError("invalidOption", messageOf(cause), { details: { option: where }, cause });
    }
  }
}

/** Makes a whole trigger of the core of its kind. */
export function triggerOf(core: TriggerCore): Trigger {
  return new TriggerValue(core);
}
