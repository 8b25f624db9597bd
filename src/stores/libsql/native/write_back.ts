import type { NativeConnection } from "./native_connection.ts";

/** Pages of the log that are brought into the file in one go: about ten milliseconds of work and of waiting. */
const PAGES = 1500;
/** Changed rows after which the first look is taken, and how much further apart the next one may be. */
const FIRST_ROWS = 500;
const FURTHER_MAX = 4;

/**
 * Brings the log into the file between two transactions, in a turn of the event loop of its own. SQLite does so within
 * a commit: callers that wait for that one wait for this too, and nothing else runs meanwhile.
 */
export class WriteBack {
  readonly #connection: NativeConnection;
  /** Rows changed by this connection as of the last look, and how many more there may be until the next one. */
  #seenRows = 0;
  #everyRows = FIRST_ROWS;
  /** Pages of the log as of the last look, and how many of them were in the file. */
  #log = { pages: 0, done: 0 };

  /** For what is written through this connection. */
  constructor(connection: NativeConnection) {
    this.#connection = connection;
  }

  /** True if enough has been written. */
  get isDue(): boolean {
    return this.#rows() - this.#seenRows >= this.#everyRows;
  }

  /** Brings into the file what no reader still needs of the log; a write-back by another process continues instead. */
  run(): void {
    const rows = this.#rows() - this.#seenRows;
    const [busy, pages, done] = this.#connection.row("pragma wal_checkpoint(passive)") as readonly number[];
    this.#seenRows += rows;
    if (busy !== 0 || pages === undefined || done === undefined) return;
    // A log that was wholly in the file begins anew.
    const begunAnew = this.#log.done >= this.#log.pages || pages < this.#log.pages;
    const written = begunAnew ? pages : pages - this.#log.done;
    this.#log = { pages, done };
    const wanted = Math.round(rows * PAGES / Math.max(1, written));
    this.#everyRows = Math.max(FIRST_ROWS, Math.min(wanted, this.#everyRows * FURTHER_MAX));
  }

  #rows(): number {
    const total = this.#connection.run("select total_changes()").cells[0] as number;
    // A new connection counts anew.
    if (total < this.#seenRows) this.#seenRows = 0;
    return total;
  }
}
