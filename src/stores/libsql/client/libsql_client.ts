import { CarillonError, messageOf } from "../../../errors.ts";
import type { SqlValue } from "../../shared/driver.ts";

/** A statement as the package `@libsql/client` takes it. */
export interface ClientStatement {
  readonly sql: string;
  readonly args: (SqlValue | bigint)[];
}

/** The part that this store uses of the result of a statement. */
export interface ClientResult {
  readonly rows: readonly { readonly [column: number]: unknown }[];
  readonly rowsAffected: number;
}

/** The part that this store uses of a client of the package `@libsql/client`; what its `createClient` makes fits. */
export interface LibsqlClient {
  /** `http`, `ws` or `file`. */
  readonly protocol: string;
  batch(statements: ClientStatement[], mode: "write" | "read"): Promise<readonly ClientResult[]>;
  /** Makes its connections anew. */
  reconnect?(): void | Promise<void>;
  close(): void;
}

/** Options of a client of a server. */
export interface ServerClientOptions {
  readonly url: string;
  readonly authToken: string | undefined;
  /** Aborts what is on its way. */
  readonly signal: () => AbortSignal;
}

interface ClientModule {
  createClient(config: {
    readonly url: string;
    readonly authToken?: string;
    readonly fetch: (request: Request) => Promise<Response>;
  }): LibsqlClient;
}

/**
 * Makes a client of a server. Loads the package when it is first needed, in its build for the web: a program on a file
 * never loads it, and one on a server needs no native code.
 */
export async function makeServerClient(options: ServerClientOptions): Promise<LibsqlClient> {
  const { createClient } = await loadClientModule();
  const { url, authToken, signal } = options;
  try {
    return createClient({
      url,
      ...(authToken === undefined ? {} : { authToken }),
      fetch: (request) => fetch(request, { signal: signal() }),
    });
  } catch (cause) {
    throw new CarillonError("invalidOption", `The libSQL client refuses the address: ${messageOf(cause)}`, {
      details: { option: "url" },
      cause,
    });
  }
}

async function loadClientModule(): Promise<ClientModule> {
  try {
    return await import("@libsql/client/web") as unknown as ClientModule;
  } catch (cause) {
    throw new CarillonError(
      "storeUnavailable",
      `Cannot load the package '@libsql/client', which talks to libSQL servers; is it installed? ` +
        `(${messageOf(cause)})`,
      { cause },
    );
  }
}
