import { AsyncLocalStorage } from "node:async_hooks";
import { sharedState } from "../model/shared_state.ts";

/** The part of `AsyncLocalStorage` that is used: a value that follows the flow of calls, awaits and timers. */
export interface ContextStorage<Value> {
  /** The value that holds here; undefined outside. */
  getStore(): Value | undefined;
  /** Calls a function within which the value holds. */
  run<Result>(value: Value, fn: () => Result): Result;
}

/** A storage that all copies of this package in the process share. */
export function sharedContextStorage<Value>(name: string): ContextStorage<Value> {
  return sharedState<ContextStorage<Value>>(`context.${name}`, () => new AsyncLocalStorage<Value>());
}
