import { Temporal, temporalName } from "../time/temporal.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { CalendarFilterCore } from "./calendar_filter.ts";
import { invalidTrigger, shown } from "./invalid_trigger.ts";
import type { CalendarOptions, PreviewOptions, Trigger, TriggerContext, TriggerJSON } from "./trigger.ts";
import type { TriggerCore } from "./trigger_core.ts";

/** How many fires a preview shows unless told. */
const PREVIEW_LIMIT = 10;

/** A whole trigger around the core of its kind. */
class TriggerValue implements Trigger {
  readonly kind: string;
  readonly timeZone: string | undefined;
  readonly #core: TriggerCore;

  constructor(core: TriggerCore) {
    this.kind = core.kind;
    this.timeZone = core.timeZone;
    this.#core = core;
  }

  nextAfter(instant: Temporal.Instant, context?: TriggerContext): Temporal.Instant | undefined {
    const ms = this.nextAfterMs(instant.epochMilliseconds, context);
    return ms === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(ms);
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    if (Number.isNaN(epochMs)) throw invalidTrigger("nextAfterMs() takes milliseconds, but got NaN");
    return this.#core.nextAfterMs(epochMs, context);
  }

  preview(options: PreviewOptions): Temporal.ZonedDateTime[] {
    const limit = options.limit ?? PREVIEW_LIMIT;
    if (!Number.isInteger(limit) || limit < 0) {
      throw invalidTrigger(`limit must be a whole number, but got ${shown(options.limit)}`, {
        field: "limit",
      });
    }
    const zone = this.timeZone ?? zoneOf(options.from) ?? UTC;
    const untilMs = options.until === undefined ? Infinity : options.until.epochMilliseconds;
    const fires: Temporal.ZonedDateTime[] = [];
    let atMs = firstMs(options.from) - 1;
    while (fires.length < limit) {
      const next = this.#core.nextAfterMs(atMs, options.context);
      if (next === undefined || next > untilMs) break;
      fires.push(Temporal.Instant.fromEpochMilliseconds(next).toZonedDateTimeISO(zone));
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
}

/** Makes a whole trigger of the core of its kind. */
export function triggerOf(core: TriggerCore): Trigger {
  return new TriggerValue(core);
}

/** The first whole millisecond at or after an instant. */
function firstMs(instant: Temporal.Instant | Temporal.ZonedDateTime): number {
  const ms = instant.epochMilliseconds;
  return instant.epochNanoseconds % 1_000_000n === 0n ? ms : ms + 1;
}

function zoneOf(from: Temporal.Instant | Temporal.ZonedDateTime): string | undefined {
  return temporalName(from) === "ZonedDateTime" ? (from as Temporal.ZonedDateTime).timeZoneId : undefined;
}
