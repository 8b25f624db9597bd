import { CarillonError } from "../errors.ts";
import { defaultTablePrefix, sqliteDialect } from "./sqlite/schema/dialect.ts";
import type { MigrationReport, MigrationStep } from "./sqlite/schema/migrate.ts";
import { refuseUnknownOptions } from "../model/option_checks.ts";
import { parseAddress } from "./libsql/address.ts";
import { type LibsqlReplicaOptions, replicaStore } from "./libsql/replica/replica_store.ts";
import type { ReplicaState } from "./libsql/replica/embedded_replica.ts";
import type { DatabaseSize } from "./libsql/inspection.ts";
import type { LibsqlClient } from "./libsql/client/libsql_client.ts";
import { type LibsqlStore, makeLibsqlStore } from "./libsql/libsql_store.ts";
import { replicaRefused } from "./libsql/replica/replica_client.ts";

export type {
  DatabaseSize,
  LibsqlClient,
  LibsqlReplicaOptions,
  LibsqlStore,
  MigrationReport,
  MigrationStep,
  ReplicaState,
};

/** Options of {@linkcode libsql}. */
export interface LibsqlOptions {
  /**
   * The durability of a commit. `full`: what was awaited survives a power cut. `normal`: it
   * survives the end of the process; a power cut may take the last commits, and damages nothing.
   *
   * @default "full"
   */
  readonly synchronous?: "full" | "normal";
  /** The prefix of the names of all tables, so that they live beside others. @default "carillon_" */
  readonly tablePrefix?: string;
  /** The token of a server. @default none */
  readonly authToken?: string;
}

/** Options of {@linkcode libsql} with a client of your own. */
export interface LibsqlClientOptions extends Omit<LibsqlOptions, "authToken"> {
  /** A client from `createClient` of `@libsql/client`. It stays yours: the store never closes it. */
  readonly client: LibsqlClient;
}

/**
 * A data store on libSQL (SQLite): durable, and shared by any number of processes.
 *
 * - `"file:carillon.db"`: a file, for all processes of one machine.
 * - `"https://…"`, `"libsql://…"` or `"http://…"`: a libSQL server or Turso, for any number of machines. `ws:` and
 *   `wss:` work too; on Deno they are slow.
 * - `":memory:"`: everything in this process, for tests.
 * - `{ client }`: a client of your own.
 * - `{ url, syncUrl }`: a server, and a copy of its database in a file here, an embedded replica.
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
 * @example A store on a server
 * ```ts
 * import { libsql } from "carillon/libsql";
 *
 * const store = libsql("libsql://jobs.example.org", { authToken: "secret" });
 * console.assert(store.location === "libsql://jobs.example.org");
 * ```
 *
 * @example A store on a server far away, with a copy in a file here that serves lists
 * ```ts
 * import { libsql } from "carillon/libsql";
 *
 * const store = libsql({ url: "file:replica.db", syncUrl: "libsql://jobs.example.org", syncInterval: "PT2S" });
 * console.assert(store.location === "libsql://jobs.example.org");
 * ```
 *
 * @example In a database of your own, by a client of your own
 * ```ts
 * import { createClient } from "@libsql/client";
 * import { libsql } from "carillon/libsql";
 *
 * const client = createClient({ url: ":memory:" });
 * const store = libsql({ client, tablePrefix: "jobs_" });
 * console.assert(store.kind === "libsql");
 * client.close();
 * ```
 *
 * @example Tables made ahead of the first start
 * ```ts
 * import { Scheduler } from "carillon";
 * import { libsql } from "carillon/libsql";
 *
 * const store = libsql(":memory:");
 * const { to, steps } = await store.migrate();
 * console.assert(to === steps.at(-1)?.version);
 * await using scheduler = new Scheduler({ store });
 * await scheduler.getJobs();
 * ```
 */
export function libsql(url: string, options?: LibsqlOptions): LibsqlStore;
/** A data store on a client of your own. */
export function libsql(options: LibsqlClientOptions): LibsqlStore;
/** A data store on a server, with a copy of its database in a file here. */
export function libsql(options: LibsqlReplicaOptions): LibsqlStore;
export function libsql(
  where: string | LibsqlClientOptions | LibsqlReplicaOptions,
  options: LibsqlOptions = {},
): LibsqlStore {
  if (typeof where !== "string" && "url" in where) return replicaStore(where);
  refuseReplica(typeof where === "string" ? options : where);
  if (typeof where === "string") {
    refuseUnknownOptions(options, ["synchronous", "tablePrefix", "authToken"], "libsql");
    return makeLibsqlStore({
      address: parseAddress(where),
      dialect: sqliteDialect(options.tablePrefix ?? defaultTablePrefix),
      synchronous: checkSynchronous(options.synchronous),
      authToken: options.authToken,
    });
  }
  refuseUnknownOptions(where, ["client", "synchronous", "tablePrefix"], "libsql");
  const { client, tablePrefix, synchronous } = where;
  if (typeof client?.batch !== "function") {
    throw new CarillonError(
      "invalidOption",
      "libsql() needs an address or a client that createClient() of @libsql/client made",
      { details: { option: "client" } },
    );
  }
  return makeLibsqlStore({
    address: { path: "", location: `a ${client.protocol} client`, inMemory: false },
    dialect: sqliteDialect(tablePrefix ?? defaultTablePrefix),
    synchronous: checkSynchronous(synchronous),
    client,
  });
}

/** Options of `createClient` that make an embedded replica. */
function refuseReplica(options: object): void {
  for (const option of ["syncUrl", "syncInterval"]) {
    if (option in options) throw replicaRefused(option);
  }
}

function checkSynchronous(value: "full" | "normal" = "full"): "full" | "normal" {
  if (value === "full" || value === "normal") return value;
  throw new CarillonError("invalidOption", `synchronous must be "full" or "normal", but got '${value}'`, {
    details: { option: "synchronous", value },
  });
}
