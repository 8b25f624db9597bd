import { type BigIntStats, statSync } from "node:fs";
import { CarillonError } from "../../../errors.ts";
import { systemClock } from "../../../time/system_clock.ts";

/** The shortest time between two looks at a file: what is lost with a file that is deleted is lost anyway. */
const LOOK_EVERY_MS = 1000;

/**
 * The file that a connection has opened. On Unix it can be deleted, moved or replaced all the while, and SQLite continues
 * writing to a file that will never be read again: this says so instead. It only asks for the name, so it touches no lock.
 */
export class OpenedFile {
  readonly #location: string;
  #path: string | undefined;
  #identity: string | undefined;
  #lookedMs = -Infinity;

  /** Knows nothing until a connection is made. `location` is where the database is, for people. */
  constructor(location: string) {
    this.#location = location;
  }

  /** A connection was made to this path, as SQLite says it. The first one determines which file it is. */
  connected(path: string): void {
    if (this.#path !== undefined || path === "") return;
    this.#path = path;
    this.#identity = identityOf(path);
  }

  /** Throws `storeUnavailable` where the path is not the opened file's any longer; in a hurry only now and then. */
  check({ hurry }: { readonly hurry: boolean }): void {
    if (this.#path === undefined || this.#identity === undefined) return;
    const nowMs = systemClock.monotonicMs();
    if (hurry && nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    if (identityOf(this.#path) === this.#identity) {
      this.#lookedMs = nowMs;
      return;
    }
    this.#lookedMs = -Infinity;
    throw new CarillonError(
      "storeUnavailable",
      `Cannot use the store ${this.#location}: its file was deleted, moved or replaced while it was open; ` +
        "put it back, or stop all processes that use it and start them again",
      { details: { location: this.#location } },
    );
  }
}

/** Undefined where it is unknown: without the permission to look. */
function identityOf(path: string): string | undefined {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  return found === undefined ? "missing" : `${found.dev}/${found.ino}`;
}
