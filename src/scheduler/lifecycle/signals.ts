/** The slice of `process` that signals need; absent on edge runtimes. */
interface SignalSource {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/** Calls back at SIGINT and SIGTERM. Returns a function that stops that. */
export function onStopSignals(listener: (signal: string) => void): () => void {
  const source = (globalThis as { readonly process?: Partial<SignalSource> }).process;
  if (typeof source?.on !== "function" || typeof source.off !== "function") return () => {};
  const { on, off } = source as SignalSource;
  const listeners = ["SIGINT", "SIGTERM"].map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, callback] of listeners) on.call(source, signal, callback);
  return () => listeners.forEach(([signal, callback]) => off.call(source, signal, callback));
}
