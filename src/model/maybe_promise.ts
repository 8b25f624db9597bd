/**
 * A value that is there, or will be. Promises cost time and memory, and most runs of most tasks would need a dozen of
 * them only to hand on what is there already.
 */
export type MaybePromise<Value> = Value | Promise<Value>;

/** True if a value is to be awaited: a promise, or an object that acts like one. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === "function";
}

/** Keeps a promise that user code returned where none was expected from ending the process when it rejects. Never throws. */
export function disregard(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  (async () => await value)().catch(() => {});
}
