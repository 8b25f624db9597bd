interface TurnTaking {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Calls back in the next turn of the event loop: after everything that is ready to run now, and after timers and
 * input have had their chance. This is about fairness, not about time, so no clock is asked.
 */
export function nextTurn(callback: () => void): void {
  const { setImmediate } = globalThis as TurnTaking;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}
