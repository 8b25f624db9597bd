import { withoutUndefined } from "../model/payload.ts";
import { DURATION_MAX_MS, type DurationInput } from "../time/duration.ts";
import { LATEST_MS } from "../time/temporal.ts";
import { timeZoneId } from "../time/time_zone.ts";
import { checkKeys, invalidTrigger, periodMs, shown } from "./checks.ts";
import type { Trigger, TriggerContext, TriggerCore, TriggerJSON } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";
import { isLocalWindow, readWindow, type Window, type WindowOptions } from "./window.ts";

/** Options of {@linkcode fixedDelay}. */
export interface FixedDelayOptions extends WindowOptions {
  /** The zone that a `start` or `end` without an offset is local to. @default the scheduler's */
  readonly timeZone?: string | undefined;
}

/**
 * Fires a fixed time after the last run ended, whatever its outcome. The first fire is at the `start`, or at the
 * instant at which its schedule was first stored (a bare one: at 1970-01-01T00:00Z). The end of the last run
 * comes in as `lastFinished` of the context; while a run is in progress there is no next fire.
 *
 * Throws `invalidTrigger` for lengths that are zero, negative, finer than a millisecond, longer than a million days
 * or use years or months.
 *
 * @example
 * ```ts
 * import { fixedDelay } from "carillon";
 *
 * const pause = fixedDelay({ minutes: 10 });
 * const lastFinished = Temporal.Instant.from("2026-01-01T12:03:20Z");
 * const next = pause.nextAfter(lastFinished, { lastFinished });
 * console.assert(next?.toString() === "2026-01-01T12:13:20Z");
 * ```
 */
export function fixedDelay(delay: DurationInput, options: FixedDelayOptions = {}): Trigger {
  checkKeys(options, ["start", "end", "timeZone"], "The options of fixedDelay()");
  const timeZone = options.timeZone === undefined ? undefined : timeZoneId(options.timeZone);
  return triggerOf(
    new FixedDelayCore(periodMs(delay, "The delay", { maxMs: DURATION_MAX_MS }), { ...options, timeZone }),
  );
}

/** Reads the JSON of a `fixedDelay` trigger. */
export function fixedDelayFromJSON(json: TriggerJSON): Trigger {
  const { delayMs, kind: _, ...options } = checkKeys(
    json,
    ["kind", "delayMs", "start", "end", "timeZone"],
    "A fixed delay trigger",
  );
  if (typeof delayMs !== "number" || !Number.isSafeInteger(delayMs)) {
    throw invalidTrigger(`delayMs must be whole milliseconds, but got ${shown(delayMs)}`, {
      field: "delayMs",
    });
  }
  return fixedDelay({ milliseconds: delayMs }, options as FixedDelayOptions);
}

class FixedDelayCore implements TriggerCore {
  readonly kind = "fixedDelay";
  readonly timeZone: string | undefined;
  readonly #delayMs: number;
  readonly #window: Window;

  constructor(delayMs: number, options: FixedDelayOptions) {
    this.timeZone = options.timeZone;
    this.#delayMs = delayMs;
    this.#window = readWindow(options, options.timeZone);
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    const { startMs, endMs } = this.#window;
    const lastMs = context?.lastFinished?.epochMilliseconds;
    const firstMs = startMs !== -Infinity ? startMs : context?.anchor?.epochMilliseconds ?? 0;
    const fireMs = lastMs === undefined ? firstMs : Math.max(lastMs + this.#delayMs, startMs);
    return fireMs > epochMs && fireMs <= endMs && fireMs <= LATEST_MS ? fireMs : undefined;
  }

  withTimeZone(timeZone: string): TriggerCore {
    if (this.timeZone !== undefined || !isLocalWindow(this.#window)) return this;
    const { start, end } = this.#window;
    return new FixedDelayCore(this.#delayMs, { start, end, timeZone });
  }

  toJSON(): TriggerJSON {
    return withoutUndefined({
      kind: this.kind,
      delayMs: this.#delayMs,
      start: this.#window.start,
      end: this.#window.end,
      timeZone: this.timeZone,
    });
  }
}
