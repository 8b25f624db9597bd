import { CarillonError } from "../../errors.ts";

/** Where a database is. */
export interface Address {
  /** What the native binding opens. */
  readonly path: string;
  /** For people; without secrets. */
  readonly location: string;
  /** It lives in this process only. */
  readonly inMemory: boolean;
}

const remoteSchemes = ["http:", "https:", "ws:", "wss:", "libsql:"];

/** Reads the address of a database. Throws `invalidOption` for one that cannot be opened. */
export function parseAddress(url: string): Address {
  if (url === ":memory:" || url === "file::memory:") {
    return { path: ":memory:", location: ":memory:", inMemory: true };
  }
  if (url.startsWith("file:") && url.length > "file:".length) {
    return { path: url, location: url.replace(/\?.*$/, ""), inMemory: false };
  }
  const scheme = /^[a-z]+:/i.exec(url)?.[0].toLowerCase();
  if (scheme !== undefined && remoteSchemes.includes(scheme)) {
    throw refused(url, `names a server, which this version cannot use yet; use a file, "file:carillon.db"`);
  }
  throw refused(url, `must be "file:..." or ":memory:"; for a file write "file:${url || "carillon.db"}"`);
}

function refused(url: string, rule: string): CarillonError {
  const shown = url.replace(/\/\/[^/@]*@/, "//").replace(/\?.*$/, "");
  return new CarillonError("invalidOption", `The address '${shown}' of a libSQL database ${rule}`, {
    details: { option: "url", value: shown },
  });
}
