import { CarillonError } from "../../../errors.ts";
import { checkDuration, refuseUnknownOptions } from "../../../model/option_checks.ts";
import { defaultTablePrefix, sqliteDialect } from "../../sqlite/schema/dialect.ts";
import type { DurationInput } from "../../../time/duration.ts";
import { filePathOf, parseAddress } from "../address.ts";
import { type LibsqlStore, makeLibsqlStore } from "../libsql_store.ts";

/** The interval at which a replica is brought up to date. */
const INTERVAL = { seconds: 5 };

/** Options of {@linkcode libsql} with an embedded replica. */
export interface LibsqlReplicaOptions {
  /** The file of the copy: `file:replica.db`. One process or store keeps it; it is made where there is none. */
  readonly url: string;
  /** The server whose database it is a copy of: `libsql://…`, `https://…` or `http://…`. */
  readonly syncUrl: string;
  /** The token of the server. @default none */
  readonly authToken?: string;
  /**
   * The interval at which the copy is brought up to date. What `getJobs`, `countJobs`, `getSchedules` and `getTasks` return from it is
   * never older than two of these; this process's own writes they always show.
   *
   * @default { seconds: 5 }
   */
  readonly syncInterval?: DurationInput;
  /** The prefix of the names of all tables. @default "carillon_" */
  readonly tablePrefix?: string;
}

/** Makes a store on a server that keeps a copy of its database in a file here. */
export function replicaStore(options: LibsqlReplicaOptions): LibsqlStore {
  const known = ["url", "syncUrl", "authToken", "syncInterval", "tablePrefix"];
  refuseUnknownOptions(options, known, "libsql");
  const { url, syncUrl, authToken, syncInterval = INTERVAL, tablePrefix = defaultTablePrefix } = options;
  const path = replicaPath(url);
  const address = parseAddress(syncUrl ?? "");
  return makeLibsqlStore({
    address,
    dialect: sqliteDialect(tablePrefix),
    synchronous: "full",
    authToken,
    replica: {
      path,
      syncUrl: replicationUrl(syncUrl),
      authToken,
      intervalMs: checkDuration(syncInterval, "syncInterval", "libsql"),
    },
  });
}

function replicaPath(url: string): string {
  const path = /^file:(?!:memory:)[^?]+$/.test(url ?? "") ? filePathOf(parseAddress(url).path) : undefined;
  if (path !== undefined) return path;
  throw new CarillonError(
    "invalidOption",
    `The url of an embedded replica must be the address of a file like "file:replica.db", but got '${url}'; ` +
      "for a server alone, give its address as the first argument",
    { details: { option: "url", value: url } },
  );
}

/** The address in the form that the binding takes: changes are fetched over HTTP only. */
function replicationUrl(syncUrl: string): string {
  const parts = /^(https?|libsql):\/\/([^?#]+)(\?tls=0)?$/i.exec(syncUrl);
  if (parts) {
    const plain = /^http$/i.test(parts[1]!) || parts[3] !== undefined;
    return `${plain ? "http" : "https"}://${parts[2]}`;
  }
  throw new CarillonError(
    "invalidOption",
    'The syncUrl of an embedded replica must be the address of a server like "libsql://db.example.org"; ' +
      "web sockets (ws:, wss:) carry no replication",
    { details: { option: "syncUrl" } },
  );
}
