import {
  migrate,
  type MigrateOptions,
  type MigrationReport,
  type MigrationStep,
} from "../sqlite/schema/migrate.ts";
import type { Dialect } from "../sqlite/schema/dialect.ts";
import type { SqlDriver } from "../shared/driver.ts";
import type { Address } from "./address.ts";
import { givenConnection, serverConnection } from "./client/client_connection.ts";
import { ClientDriver, type ClientDriverOptions } from "./client/client_driver.ts";
import type { ReplicaSettings } from "./replica/embedded_replica.ts";
import type { LibsqlClient } from "./client/libsql_client.ts";
import { loadNativeBinding } from "./native/native_binding.ts";
import { NativeConnection } from "./native/native_connection.ts";
import { NativeDriver, type NativeDriverOptions } from "./native/native_driver.ts";

/** The options of opening a database. */
export interface DatabaseOptions extends NativeDriverOptions, ClientDriverOptions {
  readonly address: Address;
  readonly dialect: Dialect;
  readonly synchronous: "full" | "normal";
  /** The token of a server. */
  readonly authToken?: string | undefined;
  /** The caller's own client, which is used instead of the address. */
  readonly client?: LibsqlClient | undefined;
  /** The copy of the server's database that is kept here. */
  readonly replica?: ReplicaSettings | undefined;
}

/** True if a client reaches the database, and not the native binding. */
export function usesClient({ address, client }: DatabaseOptions): boolean {
  return client !== undefined || address.onServer === true;
}

/** A driver for the database, whatever it is; it connects when first used. */
export async function openDriver(options: DatabaseOptions): Promise<SqlDriver> {
  const { address, client, authToken } = options;
  if (client) return new ClientDriver(givenConnection(client, clientPragmas(options)), options);
  if (!address.onServer) return await connect(options);
  return new ClientDriver(
    serverConnection({ url: address.path, location: address.location, authToken }),
    options,
  );
}

/** A driver on the native binding; it connects when first used. */
export async function connect(options: DatabaseOptions): Promise<NativeDriver> {
  const { address } = options;
  const binding = await loadNativeBinding();
  const pragmas = pragmasFor(options);
  return new NativeDriver(new NativeConnection({ binding, pragmas, ...address }), options);
}

/** Brings the schema to this code's version. */
export function migrateDatabase(
  driver: SqlDriver,
  { dialect, address }: DatabaseOptions,
  onStep?: (step: MigrationStep) => void,
): Promise<MigrationReport> {
  const options: MigrateOptions = { driver, dialect, location: address.location, onStep };
  return migrate(options);
}

function pragmasFor({ address, synchronous }: DatabaseOptions): readonly string[] {
  if (address.inMemory) return ["temp_store = memory"];
  return [
    // Waiting for a lock is the driver's: SQLite's own waiting blocks the event loop.
    "busy_timeout = 0",
    "journal_mode = wal",
    `synchronous = ${synchronous}`,
    // The driver writes the log back between two transactions, long before SQLite does so within one.
    "wal_autocheckpoint = 8000",
    "cache_size = -65536",
    "temp_store = memory",
  ];
}

/** Settings for a caller's own client on a file; servers refuse all of them. */
function clientPragmas({ synchronous }: DatabaseOptions): readonly string[] {
  return ["journal_mode = wal", `synchronous = ${synchronous}`];
}
