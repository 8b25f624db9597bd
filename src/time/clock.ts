/** A timer that can be cancelled. */
export interface Timer {
  /** Cancels the timer; does nothing when it has already fired. */
  cancel(): void;
}

/** Options of {@linkcode Clock.setTimer}. */
export interface TimerOptions {
  /** Lets the pending timer keep the process alive. @default true */
  readonly keepAlive?: boolean;
}

/**
 * The source of time for all of Carillon. The system's clock in production, a virtual one in tests.
 *
 * @example
 * ```ts
 * import { systemClock } from "carillon";
 *
 * console.assert(systemClock.nowMs() > 1_700_000_000_000);
 * const timer = systemClock.setTimer(() => {}, 1000, { keepAlive: false });
 * timer.cancel();
 * ```
 */
export interface Clock {
  /** The wall clock in milliseconds since 1970-01-01T00:00Z; it may jump. */
  nowMs(): number;
  /** Milliseconds on a clock that never jumps; only differences mean something. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`, however long that is (system timers end at 24.8 days). */
  setTimer(callback: () => void, delayMs: number, options?: TimerOptions): Timer;
}

/** Waits on a clock; resolves early, without an error, when the signal aborts. */
export function sleep(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
  options?: TimerOptions,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      timer.cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.setTimer(finish, delayMs, options);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

/** Settles as a promise does, or resolves to `otherwise` once that much time has passed. */
export async function within<Value>(
  clock: Clock,
  coming: Promise<Value>,
  limitMs: number,
  otherwise: Value,
): Promise<Value> {
  const over = new AbortController();
  const late = sleep(clock, limitMs, over.signal, { keepAlive: false }).then(() => otherwise);
  try {
    return await Promise.race([coming, late]);
  } finally {
    over.abort();
  }
}

interface TurnTaking {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Calls back in the next turn of the event loop: after everything that is ready to run now, and after timers and
 * input have had their chance. This is about fairness, not about time, so no clock is involved.
 */
export function nextTurn(callback: () => void): void {
  const { setImmediate } = globalThis as TurnTaking;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}
