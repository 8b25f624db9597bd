import { CarillonError } from "../../errors.ts";

/** Where a database is. */
export interface Address {
  /** What opens it: the native binding for files and memory, a client for servers. */
  readonly path: string;
  /** For people; without secrets. */
  readonly location: string;
  /** It lives in this process only. */
  readonly inMemory: boolean;
  /** A server keeps it. @default false */
  readonly onServer?: boolean;
}

/** Reads the address of a database. Throws `invalidOption` for one that cannot be opened. */
export function parseAddress(url: string): Address {
  if (url === ":memory:" || url === "file::memory:") {
    return { path: ":memory:", location: ":memory:", inMemory: true };
  }
  if (url.startsWith("file:") && url.length > "file:".length) {
    return { path: url, location: url.replace(/\?.*$/, ""), inMemory: false };
  }
  if (/^(https?|wss?|libsql):/i.test(url)) return serverAddress(url);
  throw refused(
    url,
    `must be a file ("file:..."), a server ("https://...", "libsql://...") or ":memory:"; ` +
      `for a file write "file:${url || "carillon.db"}"`,
  );
}

function serverAddress(url: string): Address {
  if (!/^[a-z]+:\/\/[^/?#]/i.test(url) || !URL.canParse(url)) {
    throw refused(
      url,
      `names no server: write it like "https://db.example.org" or "libsql://db.example.org"`,
    );
  }
  return { path: url, location: withoutSecrets(url), inMemory: false, onServer: true };
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*$/, "");
}

function refused(url: string, rule: string): CarillonError {
  const shown = withoutSecrets(url);
  return new CarillonError("invalidOption", `The address '${shown}' of a libSQL database ${rule}`, {
    details: { option: "url", value: shown },
  });
}
