import type { SqlDriver } from "../../shared/driver.ts";

/** How much room a database takes. */
export interface DatabaseSize {
  readonly bytes: number;
  /** Part of it that is free, for rows to come. */
  readonly freeBytes: number;
}

/** Asks a database how large it is. */
export async function databaseSize(driver: SqlDriver): Promise<DatabaseSize> {
  const sizes = ["page_count", "freelist_count"].map((pages) => ({
    sql: `select ${pages} * page_size from pragma_${pages}(), pragma_page_size()`,
    args: [],
  }));
  const [all, free] = await driver.read(sizes);
  return { bytes: Number(all!.cells[0]), freeBytes: Number(free!.cells[0]) };
}
