import { CarillonError } from "../errors.ts";
import { EARLIEST_MS, LATEST_MS, Temporal, temporalName } from "../time/temporal.ts";
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

/** Default number of fires in a preview. */
const PREVIEW_LIMIT = 10;

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

  nextAfter(instant: Temporal.Instant, context?: TriggerContext): Temporal.Instant | undefined {
    const ms = this.nextAfterMs(instant.epochMilliseconds, context);
    return ms === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(ms);
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    if (epochMs >= EARLIEST_MS && epochMs < LATEST_MS) return this.#core.nextAfterMs(epochMs, context);
    if (epochMs >= LATEST_MS) return undefined;
    if (epochMs < EARLIEST_MS) return this.#core.nextAfterMs(EARLIEST_MS, context);
    throw new CarillonError("invalidOption", `nextAfterMs() takes milliseconds, but got ${shown(epochMs)}`);
  }

  preview(options: PreviewOptions): Temporal.ZonedDateTime[] {
    const limit = options.limit ?? PREVIEW_LIMIT;
    const unlimited = limit === Infinity && options.until !== undefined;
    if (!unlimited && (!Number.isInteger(limit) || limit < 0)) {
      throw new CarillonError("invalidOption", `limit must be a whole number, but got ${shown(limit)}`, {
        details: { option: "limit" },
      });
    }
    checkInstant(options.from, "from");
    if (options.until !== undefined) checkInstant(options.until, "until");
    const zone = this.timeZone ?? zoneOf(options.from) ?? UTC;
    const untilMs = options.until === undefined ? Infinity : options.until.epochMilliseconds;
    const fires: Temporal.ZonedDateTime[] = [];
    let atMs = firstMs(options.from) - 1;
    while (fires.length < limit) {
      const next = this.nextAfterMs(atMs, options.context);
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

function checkInstant(value: unknown, option: string): void {
  const name = temporalName(value);
  if (name === "Instant" || name === "ZonedDateTime") return;
  const got = name === undefined ? shown(value) : `a Temporal.${name}`;
  throw new CarillonError(
    "invalidOption",
    `${option} of preview() must be a Temporal.Instant or Temporal.ZonedDateTime, but got ${got}`,
    { details: { option } },
  );
}

/** The first whole millisecond at or after an instant. */
function firstMs(instant: Temporal.Instant | Temporal.ZonedDateTime): number {
  const ms = instant.epochMilliseconds;
  return instant.epochNanoseconds % 1_000_000n === 0n ? ms : ms + 1;
}

function zoneOf(from: Temporal.Instant | Temporal.ZonedDateTime): string | undefined {
  return temporalName(from) === "ZonedDateTime" ? (from as Temporal.ZonedDateTime).timeZoneId : undefined;
}
