import type { SqlValue } from "../../shared/driver.ts";

// A database server takes and returns values of at most 5,000,000 bytes, and responses of at most 10,000,000 in all.

/** Bytes of rows that one response holds: quotes and backslashes are escaped there, which doubles them at the worst. */
export const ANSWER_BYTES_MAX = 4_000_000;
/** Characters that one list binds: each is at most three bytes, or two and as many in front of quotes. */
export const LIST_LENGTH_MAX = 1_500_000;

/** A backslash and what it escapes; half of a character is always escaped, and a whole one never. */
const escape = /\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;

/**
 * A list as the one JSON text that a statement takes it from. Halves of characters (lone surrogates), which texts that
 * were cut off may end with, are replaced, as they are where a string is bound by itself: SQLite would make a string of
 * them that is not valid, and reading such a string back ends the process in the native binding.
 */
export function listText(list: readonly unknown[]): string {
  const text = JSON.stringify(list);
  return text.includes("\\ud") ? text.replace(escape, (found) => found.length > 2 ? "\ufffd" : found) : text;
}

/** Rows of values that have their first values in common, which are written and read once. */
export type RowGroup<Row = readonly SqlValue[]> = readonly [...shared: SqlValue[], own: readonly Row[]];

/**
 * Gathers neighbouring rows with the same shared values. Taking a value out of JSON is what costs most of a bulk
 * statement, and rows that are written together mostly differ in very little.
 */
export function groupRows<T, Row = readonly SqlValue[]>(
  items: readonly T[],
  sharedOf: (item: T) => readonly SqlValue[],
  ownOf: (item: T) => Row,
): readonly RowGroup<Row>[] {
  const groups: RowGroup<Row>[] = [];
  let shared: readonly SqlValue[] | undefined;
  let rows: Row[] = [];
  for (const item of items) {
    const values = sharedOf(item);
    if (shared === undefined || !areEqual(values, shared)) {
      shared = values;
      rows = [];
      groups.push([...values, rows] as unknown as RowGroup<Row>);
    }
    rows.push(ownOf(item));
  }
  return groups;
}

function areEqual(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
