import type { SqlValue } from "../../shared/driver.ts";

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
