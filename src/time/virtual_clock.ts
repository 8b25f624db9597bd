import type { Clock, Timer } from "./clock.ts";
import { type DurationInput, durationMs } from "./duration.ts";
import { Temporal } from "./temporal.ts";
import { TimerHeap } from "./timer_heap.ts";
import { nextTurn } from "./turn.ts";

/**
 * A clock that stands still until it is told to move. Timers fire in order, and what they set off is waited
 * for before the clock moves on.
 *
 * @example
 * ```ts
 * import { VirtualClock } from "carillon/testing";
 *
 * const clock = new VirtualClock("2026-03-28T00:00Z");
 * let rang = false;
 * clock.setTimer(() => rang = true, 1000);
 * await clock.advance({ seconds: 1 });
 * console.assert(rang);
 * ```
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  readonly #timers = new TimerHeap();

  /** Starts at an instant: an ISO string with an offset, a zoned one, or a `Temporal.Instant`. */
  constructor(start: string | Temporal.Instant | Temporal.ZonedDateTime = "2026-01-01T00:00Z") {
    this.#nowMs = startMs(start);
  }

  /** The virtual wall clock in milliseconds since 1970. */
  nowMs(): number {
    // Timers may be set to fractions of a millisecond; wall clocks count whole ones.
    return Math.floor(this.#nowMs);
  }

  /** Virtual milliseconds since this clock was made; jumps of the wall clock do not show here. */
  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Sets a timer that fires when the clock is moved to it. */
  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = this.#timers.add(this.#elapsedMs + Math.max(0, delayMs), callback);
    return { cancel: () => this.#timers.cancel(timer) };
  }

  /** How many timers are waiting. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** How long until the next timer; undefined while there is none. */
  get nextTimerInMs(): number | undefined {
    const next = this.#timers.peek();
    return next && next.atMs - this.#elapsedMs;
  }

  /** Moves the clock on, firing the timers on the way in order and letting each one's work settle. */
  async advance(duration: DurationInput): Promise<void> {
    const endMs = this.#elapsedMs + durationMs(duration, "duration");
    await this.settle();
    for (let next = this.#timers.take(endMs); next; next = this.#timers.take(endMs)) {
      this.#moveTo(next.atMs);
      next.callback();
      await this.settle();
    }
    this.#moveTo(endMs);
    await this.settle();
  }

  /** Moves only the wall clock, as when somebody sets the machine's time: timers do not notice. */
  jump(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }

  /** Lets everything run that can run without the clock moving: promises, and what they set off in turn. */
  protected async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) await new Promise<void>((resolve) => nextTurn(resolve));
  }

  #moveTo(elapsedMs: number): void {
    if (elapsedMs <= this.#elapsedMs) return;
    this.#nowMs += elapsedMs - this.#elapsedMs;
    this.#elapsedMs = elapsedMs;
  }
}

function startMs(start: string | Temporal.Instant | Temporal.ZonedDateTime): number {
  if (typeof start !== "string") return start.epochMilliseconds;
  return start.includes("[")
    ? Temporal.ZonedDateTime.from(start).epochMilliseconds
    : Temporal.Instant.from(start).epochMilliseconds;
}

/** How many turns of the event loop what a timer sets off may take: a few writes to a data store, one after another. */
const SETTLE_TURNS = 20;
