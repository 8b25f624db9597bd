import { withoutUndefined } from "../model/payload.ts";
import type { DurationInput } from "../time/duration.ts";
import { LATEST_MS } from "../time/temporal.ts";
import { timeZoneId } from "../time/time_zone.ts";
import { checkKeys, checkWord, invalidTrigger, periodMs, shown } from "./checks.ts";
import type { Trigger, TriggerContext, TriggerCore, TriggerJSON } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";
import { isLocalWindow, readWindow, type Window, type WindowOptions } from "./window.ts";

/** Options of {@linkcode interval}. */
export interface IntervalOptions extends WindowOptions {
  /** Puts the first fire at the start, or one period after it. @default "atStart" */
  readonly first?: "atStart" | "afterPeriod" | undefined;
  /** The zone that a `start` or `end` without an offset is local to. @default the scheduler's */
  readonly timeZone?: string | undefined;
}

/**
 * Fires repeatedly after exactly the same elapsed time; changes of the clock do not affect it. Without a
 * `start` it counts from the instant at which its schedule was first stored (a bare one: from 1970-01-01T00:00Z).
 *
 * Throws `invalidTrigger` for lengths that are zero, negative, finer than a millisecond or use years or months.
 *
 * @example
 * ```ts
 * import { interval } from "carillon";
 *
 * const hourly = interval({ hours: 1 }, { start: "2026-03-29T00:30Z" });
 * const next = hourly.nextAfter(Temporal.Instant.from("2026-03-29T02:00Z"));
 * console.assert(next?.toString() === "2026-03-29T02:30:00Z");
 * ```
 */
export function interval(every: DurationInput, options: IntervalOptions = {}): Trigger {
  const everyMs = periodMs(every, "The interval");
  return triggerOf(new IntervalCore(everyMs, readOptions(options)));
}

/** Reads the JSON of an `interval` trigger. */
export function intervalFromJSON(json: TriggerJSON): Trigger {
  const { everyMs, kind: _, ...options } = checkKeys(
    json,
    ["kind", "everyMs", "start", "end", "first", "timeZone"],
    "An interval trigger",
  );
  if (typeof everyMs !== "number" || !Number.isSafeInteger(everyMs)) {
    throw invalidTrigger(`everyMs must be whole milliseconds, but got ${shown(everyMs)}`, {
      field: "everyMs",
    });
  }
  return interval({ milliseconds: everyMs }, options as IntervalOptions);
}

function readOptions(options: IntervalOptions): IntervalOptions {
  checkKeys(options, ["start", "end", "first", "timeZone"], "The options of interval()");
  checkWord(options.first, ["atStart", "afterPeriod"], "first");
  const timeZone = options.timeZone === undefined ? undefined : timeZoneId(options.timeZone);
  return { ...options, timeZone };
}

class IntervalCore implements TriggerCore {
  readonly kind = "interval";
  readonly timeZone: string | undefined;
  readonly #everyMs: number;
  readonly #window: Window;
  readonly #delayMs: number;

  constructor(everyMs: number, options: IntervalOptions) {
    this.timeZone = options.timeZone;
    this.#everyMs = everyMs;
    this.#window = readWindow(options, options.timeZone);
    this.#delayMs = options.first === "afterPeriod" ? everyMs : 0;
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    const { startMs, endMs } = this.#window;
    const baseMs = startMs !== -Infinity ? startMs : context?.anchor?.epochMilliseconds ?? 0;
    const firstMs = baseMs + this.#delayMs;
    const periods = Math.floor((epochMs - baseMs) / this.#everyMs) + 1;
    const nextMs = epochMs < firstMs ? firstMs : baseMs + periods * this.#everyMs;
    return nextMs <= endMs && nextMs <= LATEST_MS ? nextMs : undefined;
  }

  withTimeZone(timeZone: string): TriggerCore {
    if (this.timeZone !== undefined || !isLocalWindow(this.#window)) return this;
    const { start, end } = this.#window;
    const first = this.#delayMs === 0 ? "atStart" : "afterPeriod";
    return new IntervalCore(this.#everyMs, { start, end, first, timeZone });
  }

  toJSON(): TriggerJSON {
    return withoutUndefined({
      kind: this.kind,
      everyMs: this.#everyMs,
      start: this.#window.start,
      end: this.#window.end,
      first: this.#delayMs === 0 ? undefined : "afterPeriod",
      timeZone: this.timeZone,
    });
  }
}
