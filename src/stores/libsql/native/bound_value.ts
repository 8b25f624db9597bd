import type { SqlValue } from "../../shared/driver.ts";

/**
 * A value as it is bound: integers as `bigint`, because drivers make every `number` a float; halves of characters, which
 * texts that were cut off may end with, replaced, because servers refuse them.
 */
export function boundValue(value: SqlValue): SqlValue | bigint {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === "string" && !value.isWellFormed() ? value.toWellFormed() : value;
}
