/** The slice of `process` that signals need; absent on edge runtimes. */
interface SignalSource {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  exit(code: number): unknown;
}

/**
 * The signals that ask a process to stop: Ctrl+C, a service manager, a terminal that is gone. Each with the exit code of a
 * process that it ends at once, as shells count: 128 and its number.
 */
const stopSignals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A signal that asks the process to stop. */
type StopSignal = keyof typeof stopSignals;

/**
 * Calls back at the first and the second SIGINT, SIGTERM or SIGHUP; the third one ends the process at once. Returns a
 * function that ends this.
 */
export function onStopSignals(listener: (signal: StopSignal, isSecond: boolean) => void): () => void {
  const source = (globalThis as { readonly process?: Partial<SignalSource> }).process;
  if (typeof source?.on !== "function" || typeof source.off !== "function") return () => {};
  const { on, off } = source as SignalSource;
  let count = 0;
  const received = (signal: StopSignal) => {
    if (++count > 2) source.exit?.(stopSignals[signal]);
    else listener(signal, count === 2);
  };
  const signals = Object.keys(stopSignals) as StopSignal[];
  const listeners = signals.map((signal) => [signal, () => received(signal)] as const);
  for (const [signal, callback] of listeners) on.call(source, signal, callback);
  return () => listeners.forEach(([signal, callback]) => off.call(source, signal, callback));
}
