/** The slice of `process` that signals need; absent on edge runtimes. */
interface SignalSource {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/** The signals that ask a process to stop: Ctrl+C, a service manager, a terminal that is gone. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that asks the process to stop. */
export type StopSignal = typeof STOP_SIGNALS[number];

/** Calls back at SIGINT, SIGTERM and SIGHUP. Returns a function that ends this. */
export function onStopSignals(listener: (signal: StopSignal) => void): () => void {
  const source = (globalThis as { readonly process?: Partial<SignalSource> }).process;
  if (typeof source?.on !== "function" || typeof source.off !== "function") return () => {};
  const { on, off } = source as SignalSource;
  const listeners = STOP_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, callback] of listeners) on.call(source, signal, callback);
  return () => listeners.forEach(([signal, callback]) => off.call(source, signal, callback));
}
