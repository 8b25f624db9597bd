import { CarillonError } from "../errors.ts";
import { defaultTablePrefix, sqliteDialect } from "../sql/dialect.ts";
import type { MigrationReport, MigrationStep } from "../sql/migrate.ts";
import { parseAddress } from "./libsql/address.ts";
import { type LibsqlStore, makeLibsqlStore } from "./libsql/libsql_store.ts";

export type { LibsqlStore, MigrationReport, MigrationStep };

/** Options of {@linkcode libsql}. */
export interface LibsqlOptions {
  /**
   * Whether a commit waits until the disk has it. `full`: what was awaited survives a power cut. `normal`: it
   * survives the end of the process; a power cut may take the last commits, and damages nothing.
   *
   * @default "full"
   */
  readonly synchronous?: "full" | "normal";
  /** What the names of all tables begin with, so that they live beside others. @default "carillon_" */
  readonly tablePrefix?: string;
  /** The token of a server; files have none. */
  readonly authToken?: string;
}

/**
 * A data store in a libSQL (SQLite) file: durable, and shared by any number of processes on one machine.
 * `":memory:"` keeps everything in this process instead, for tests.
 *
 * Opens when the scheduler does; making it touches nothing. Throws `invalidOption` for an address or an option
 * that cannot be.
 *
 * @example A store in a file
 * ```ts
 * import { libsql } from "carillon/libsql";
 *
 * const store = libsql("file:carillon.db", { synchronous: "normal" });
 * console.assert(store.location === "file:carillon.db");
 * ```
 *
 * @example Tables made ahead of the first start
 * ```ts
 * import { libsql } from "carillon/libsql";
 *
 * const { to, steps } = await libsql(":memory:").migrate();
 * console.assert(to === steps.at(-1)?.version);
 * ```
 */
export function libsql(url: string, options: LibsqlOptions = {}): LibsqlStore {
  const { synchronous = "full", tablePrefix = defaultTablePrefix } = options;
  if (synchronous !== "full" && synchronous !== "normal") {
    throw new CarillonError(
      "invalidOption",
      `synchronous must be "full" or "normal", but got '${synchronous}'`,
      {
        details: { option: "synchronous", value: synchronous },
      },
    );
  }
  return makeLibsqlStore({ address: parseAddress(url), dialect: sqliteDialect(tablePrefix), synchronous });
}
