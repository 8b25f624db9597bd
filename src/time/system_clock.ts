import type { Clock, Timer, TimerOptions } from "./clock.ts";

/** The longest delay that timers keep on every runtime; a longer one would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * The machine's own clock: what a scheduler uses when it is given none.
 *
 * @example
 * ```ts
 * import { systemClock } from "carillon";
 *
 * console.assert(systemClock.nowMs() > 1_700_000_000_000);
 * ```
 */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(callback, delayMs, options) {
    const startMs = performance.now();
    return chunkedTimer(callback, () => startMs + delayMs - performance.now(), options);
  },
};

function chunkedTimer(callback: () => void, leftMs: () => number, options?: TimerOptions): Timer {
  let handle: ReturnType<typeof setTimeout>;
  const wait = () => {
    const ms = leftMs();
    // Timers may ring a fraction early: what is due must really be due when the callback looks.
    handle = ms > 0 ? setTimeout(wait, Math.min(Math.ceil(ms), TIMER_MAX_MS)) : setTimeout(callback, 0);
    if (options?.keepAlive === false) unref(handle);
  };
  const firstMs = Math.max(0, Math.min(Math.ceil(leftMs()), TIMER_MAX_MS));
  handle = setTimeout(() => (leftMs() > 0 ? wait() : callback()), firstMs);
  if (options?.keepAlive === false) unref(handle);
  return { cancel: () => clearTimeout(handle) };
}

function unref(handle: unknown): void {
  (handle as { unref?: () => void }).unref?.();
}
