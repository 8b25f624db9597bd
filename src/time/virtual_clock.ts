import { type Clock, nextTurn, type Timer } from "./clock.ts";
import { type DurationInput, durationMs } from "./duration.ts";
import { epochMsOf, type MomentInput } from "./moment.ts";
import { UTC } from "./time_zone.ts";

/**
 * A clock that stands still until it is advanced. Timers fire in order, and what they set off is awaited
 * before the clock moves on.
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

  /** Starts at a point in time; one without an offset is UTC. */
  constructor(start: MomentInput = "2026-01-01T00:00Z") {
    this.#nowMs = epochMsOf(start, "start", UTC, "down");
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

  /** Number of pending timers. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer; undefined while there is none. */
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

  /** Moves only the wall clock, as when the machine's time is set: timers do not notice. */
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

/** Turns of the event loop for what a timer sets off: a few writes to a data store, one after another. */
const SETTLE_TURNS = 20;

/** A timer that waits for its time on a clock of its own. */
export interface HeapTimer {
  readonly atMs: number;
  /** Orders timers of the same instant: the one set first rings first. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Timers by the time at which they ring: adding and taking the next one cost the logarithm of how many there are. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = [];
  #order = 0;
  #cancelled = 0;

  /** Number of pending timers. */
  get size(): number {
    return this.#timers.length - this.#cancelled;
  }

  /** Adds a timer. */
  add(atMs: number, callback: () => void): HeapTimer {
    const timer = { atMs, order: this.#order++, callback, cancelled: false };
    this.#timers.push(timer);
    this.#rise(this.#timers.length - 1);
    return timer;
  }

  /** Cancels a timer, also one that has rung. */
  cancel(timer: HeapTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled++;
    // What is cancelled stays until its time comes; not where that is most of what is here.
    if (this.#cancelled > 64 && this.#cancelled > this.#timers.length / 2) this.#sweep();
  }

  /** The next timer, left where it is. */
  peek(): HeapTimer | undefined {
    while (this.#timers[0]?.cancelled) {
      this.#takeFirst();
      this.#cancelled--;
    }
    return this.#timers[0];
  }

  /** Takes the next timer if it rings by then. */
  take(untilMs: number): HeapTimer | undefined {
    const next = this.peek();
    if (next === undefined || next.atMs > untilMs) return undefined;
    this.#takeFirst();
    // Cancelling it from now on must not count.
    next.cancelled = true;
    return next;
  }

  #sweep(): void {
    const left = this.#timers.filter((timer) => !timer.cancelled).sort((a, b) => before(a, b) ? -1 : 1);
    this.#timers.splice(0, this.#timers.length, ...left);
    this.#cancelled = 0;
  }

  #takeFirst(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const timers = this.#timers;
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!before(timers[place]!, timers[parent]!)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(): void {
    const timers = this.#timers;
    for (let place = 0;;) {
      let first = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < timers.length && before(timers[child]!, timers[first]!)) first = child;
      }
      if (first === place) return;
      this.#swap(place, first);
      place = first;
    }
  }

  #swap(a: number, b: number): void {
    const timers = this.#timers;
    [timers[a], timers[b]] = [timers[b]!, timers[a]!];
  }
}

function before(a: HeapTimer, b: HeapTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
