import { CarillonError, messageOf } from "../../../errors.ts";
import type { SqlValue } from "../../shared/driver.ts";

/** A value as it is bound: integers as `bigint`, because the binding makes every `number` a float. */
export type BoundValue = SqlValue | bigint;

/** The part that this store uses of a prepared statement of the package `libsql`. */
export interface NativeStatement {
  readonly reader: boolean;
  raw(on: boolean): NativeStatement;
  all(args: readonly BoundValue[]): readonly (readonly SqlValue[])[];
  run(args: readonly BoundValue[]): { readonly changes: number };
}

/** The part that this store uses of a connection of the package `libsql`. */
export interface NativeDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): NativeStatement;
  close(): void;
}

/** Opens a path, a `file:` address or `:memory:`. */
export type NativeDatabaseClass = new (path: string) => NativeDatabase;

/** Loads the binding when it is first needed, so that a program that keeps everything in memory never does. */
export async function loadNativeBinding(): Promise<NativeDatabaseClass> {
  try {
    const loaded = await import("libsql") as unknown as { readonly default: NativeDatabaseClass };
    return loaded.default;
  } catch (cause) {
    throw new CarillonError(
      "storeUnavailable",
      `Cannot load the package 'libsql', which opens database files; is it installed for this platform? ` +
        `(${messageOf(cause)})`,
      { cause },
    );
  }
}

/**
 * A value as it is bound: integers as `bigint`, because drivers make every `number` a float; halves of characters, which
 * texts that were cut off may end with, replaced, because servers refuse them.
 */
export function boundValue(value: SqlValue): SqlValue | bigint {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === "string" && !value.isWellFormed() ? value.toWellFormed() : value;
}
