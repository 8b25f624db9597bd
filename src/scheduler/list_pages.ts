import { checkInteger, checkNumber, optionError } from "../model/option_checks.ts";
import { withoutUndefined } from "../model/payload.ts";
import { STEP } from "./store/row_pages.ts";
import type { StoreUnit } from "./store_unit.ts";

/** Most items of one page. */
export const PAGE_MAX = 1000;

/** Number of items of a page by default. */
const PAGE_DEFAULT = 100;

/** A part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next part, to be passed with the same filter; absent where the list ends. */
  readonly next?: string;
}

/** The part of a list that is asked for. */
export interface PageOptions {
  /** Most items, at most 1,000. @default 100 */
  readonly limit?: number;
  /** The `next` of the page before, which was read with the same filter. @default the list's beginning */
  readonly cursor?: string;
}

/** A list in one order over several stores; the rows of the next page begin after the place of a row. */
export interface PagedList<Row, Place> {
  /** Its items, for people. */
  readonly items: "jobs" | "schedules";
  /** A cursor of another order is refused. */
  readonly order: string;
  read(unit: StoreUnit, after: Place | undefined, limit: number): Promise<readonly Row[]>;
  placeOf(row: Row): Place;
  isPlace(value: unknown): value is Place;
  /** The order of rows of different stores. */
  compare(a: Row, b: Row): number;
}

/** One store's rows, and the number of those that are on the page. */
interface StorePart<Row> {
  readonly alias: string;
  readonly rows: readonly Row[];
  taken: number;
}

/** Reads one page over several stores: each store's rows stay in their order. Throws `invalidOption`. */
export async function readPage<Row, Place>(
  units: readonly StoreUnit[],
  list: PagedList<Row, Place>,
  { limit = PAGE_DEFAULT, cursor }: PageOptions,
): Promise<Page<Row>> {
  const where = `the filter of ${list.items}`;
  checkNumber(checkInteger(limit, "limit", where), "limit", where, 1, PAGE_MAX);
  const places = cursor === undefined ? new Map<string, Place>() : placesIn(cursor, list, where);
  const parts = await Promise.all(units.map(async (unit): Promise<StorePart<Row>> => {
    const rows = await list.read(unit, places.get(unit.alias), limit + 1);
    return { alias: unit.alias, rows, taken: 0 };
  }));
  const items: Row[] = [];
  for (let part = firstPart(parts, list); part && items.length < limit; part = firstPart(parts, list)) {
    items.push(part.rows[part.taken++]!);
  }
  if (firstPart(parts, list) === undefined) return { items };
  for (const { alias, rows, taken } of parts) {
    if (taken > 0) places.set(alias, list.placeOf(rows[taken - 1]!));
  }
  return { items, next: cursorOf(list, places) };
}

/** Goes through a whole list, page by page. */
export async function* throughPages<Item>(
  read: (options: PageOptions) => Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  for (let options: PageOptions = { limit: STEP };;) {
    const { items, next } = await read(options);
    yield* items;
    if (next === undefined) return;
    options = { limit: STEP, cursor: next };
  }
}

/** Reads a page of any length, in parts. */
export async function firstItems<Item>(
  read: (options: PageOptions) => Promise<Page<Item>>,
  { limit, cursor }: PageOptions & { readonly limit: number },
): Promise<Page<Item>> {
  const items: Item[] = [];
  for (let next = cursor;;) {
    const part = { limit: Math.min(limit - items.length, PAGE_MAX), ...withoutUndefined({ cursor: next }) };
    const page = await read(part);
    for (const item of page.items) items.push(item);
    if (page.next === undefined || items.length >= limit) return { ...page, items };
    next = page.next;
  }
}

function firstPart<Row, Place>(
  parts: readonly StorePart<Row>[],
  { compare }: PagedList<Row, Place>,
): StorePart<Row> | undefined {
  let first: StorePart<Row> | undefined;
  for (const part of parts) {
    if (part.taken === part.rows.length) continue;
    if (!first || compare(part.rows[part.taken]!, first.rows[first.taken]!) < 0) first = part;
  }
  return first;
}

/** A string of letters, digits, `-` and `_` only, which a URL takes as it is. */
function cursorOf(
  { items, order }: Pick<PagedList<unknown, unknown>, "items" | "order">,
  places: ReadonlyMap<string, unknown>,
): string {
  const ascii = JSON.stringify([items, order, [...places]]).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return btoa(ascii).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function placesIn<Row, Place>(
  cursor: string,
  list: PagedList<Row, Place>,
  where: string,
): Map<string, Place> {
  const [items, order, places] = parsed(cursor);
  const isPlace = (entry: unknown): entry is [string, Place] =>
    Array.isArray(entry) && typeof entry[0] === "string" && list.isPlace(entry[1]);
  if (items === list.items && order === list.order && Array.isArray(places) && places.every(isPlace)) {
    return new Map(places);
  }
  throw optionError("cursor", where, "must be the 'next' of the page before it", cursor);
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
