import { emitWarning } from "node:process";
import type { ClientConnection } from "./client_driver.ts";
import { type LibsqlClient, makeServerClient } from "./libsql_client.ts";
import { isReplica, replicaRefused } from "../replica/replica_client.ts";

/** Which server, and what it is shown. */
export interface ServerOptions {
  readonly url: string;
  readonly location: string;
  readonly authToken?: string | undefined;
}

/** Reaches a server by a client of its own, made when it is first needed. */
export function serverConnection({ url, location, authToken }: ServerOptions): ClientConnection {
  let client: Promise<LibsqlClient> | undefined;
  let onItsWay = new AbortController();
  warnOfSlowSockets(url);
  return {
    location,
    client() {
      return client ??= makeServerClient({ url, authToken, signal: () => onItsWay.signal });
    },
    async renew() {
      onItsWay.abort();
      onItsWay = new AbortController();
      await (await client)?.reconnect?.();
    },
    close() {
      const closing = client;
      client = undefined;
      void closing?.then((made) => made.close(), () => {});
    },
  };
}

/** Uses the caller's own client, and never closes it. */
export function givenConnection(client: LibsqlClient, pragmas: readonly string[]): ClientConnection {
  let ready: Promise<LibsqlClient> | undefined;
  return {
    location: `a ${client.protocol} client`,
    client() {
      return ready ??= prepared(client, pragmas).catch((error) => {
        ready = undefined;
        throw error;
      });
    },
    async renew() {
      ready = undefined;
      await client.reconnect?.();
    },
    close() {
      // It is the caller's.
    },
  };
}

/** Settings of a connection are lost when the client makes a new one. */
async function prepared(client: LibsqlClient, pragmas: readonly string[]): Promise<LibsqlClient> {
  if (client.protocol === "file") {
    if (await isReplica(client)) throw replicaRefused("client");
    for (const pragma of pragmas) {
      const { execute } = client as LibsqlClient & { execute(sql: string): Promise<unknown> };
      await execute.call(client, `pragma ${pragma}`);
    }
  }
  return client;
}

/** Deno delays small frames of web sockets: measured at two round trips for each call instead of one. */
function warnOfSlowSockets(url: string): void {
  if (!("Deno" in globalThis) || !/^wss?:/i.test(url)) return;
  emitWarning(
    "A libSQL server is slow over web sockets on Deno: each call takes two round trips. " +
      "Write its address with http:, https: or libsql:",
    { code: "CARILLON_WS_ON_DENO" },
  );
}
