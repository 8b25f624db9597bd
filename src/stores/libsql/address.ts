import { CarillonError } from "../../errors.ts";

/** The address of a database. */
export interface Address {
  /** The address that opens it: the native binding for files and memory, a client for servers. */
  readonly path: string;
  /** For people; without secrets. */
  readonly location: string;
  /** It lives in this process only. */
  readonly inMemory: boolean;
  /** A server keeps it. @default false */
  readonly onServer?: boolean;
}

/** The parameters that may follow the path of a file: others that SQLite knows would let go of its locks, or of the data. */
const fileQuery = /^(\?mode=(ro|rw|rwc))?$/;

/** Reads the address of a database. Throws `invalidOption` for one that cannot be opened. */
export function parseAddress(url: string): Address {
  if (url === ":memory:" || url === "file::memory:") {
    return { path: ":memory:", location: ":memory:", inMemory: true };
  }
  if (/^file:./.test(url)) return fileAddress(url);
  if (/^(https?|wss?|libsql):/i.test(url)) return serverAddress(url);
  const fix = /^(|file:|[a-z][a-z+.-]+:\/\/.*)$/i.test(url) ? "carillon.db" : url;
  throw refused(
    url,
    `must be a file ("file:..."), a server ("https://...", "libsql://...") or ":memory:"; ` +
      `for a file write "file:${fix}"`,
  );
}

/** SQLite reads it as a URI: `%20` is a blank, and what follows a `#` is dropped. */
function fileAddress(url: string): Address {
  const [location, query] = [url.replace(/\?.*$/, ""), /\?.*$/.exec(url)?.[0] ?? ""];
  if (url.includes("#")) {
    throw refused(url, `must have no '#', because SQLite reads no further; write it "%23"`);
  }
  if (/^file:(:memory:|\/\/(?!\/|localhost\/))/i.test(location)) {
    const rest = location.replace(/^file:\/*/i, "");
    const fix = location.startsWith("file::memory:") ? ":memory:" : `file:${rest}" or "file:///${rest}`;
    throw refused(url, `names no file of this machine; write "${fix}"`);
  }
  if (!fileQuery.test(query)) {
    throw refused(
      url,
      `must end with its path, or with "?mode=ro" (or "rw"); a '?' in the path is written "%3f"`,
    );
  }
  return { path: url, location, inMemory: false };
}

/** The path in a file's address, as SQLite reads it; undefined for any other database. */
export function filePathOf(url: string): string | undefined {
  if (!url.startsWith("file:") || url.startsWith("file::memory:")) return undefined;
  const path = url.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, "").replace(/[?#].*$/s, "");
  return path.replace(/(?:%[0-9a-f]{2})+/gi, unescaped).replace(/^\/(?=[a-z]:)/i, "");
}

/** Decodes an escaped part of an address; what cannot be decoded stays as it is. */
function unescaped(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
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
  const shown = url.startsWith("file:") ? url : withoutSecrets(url);
  return new CarillonError("invalidOption", `The address '${shown}' of a libSQL database ${rule}`, {
    details: { option: "url", value: shown },
  });
}
