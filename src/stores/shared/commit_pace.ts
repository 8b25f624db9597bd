/** How long the statements of one transaction may hold up the event loop. */
const HELD_UP_MS = 6;
/** Rows of one transaction: so many at least, as each costs a commit, and so many at the most. */
const ROWS = { min: 64, max: 500, elsewhere: 1000 } as const;
/** What a row costs before any was written. */
const FIRST_MS_PER_ROW = 0.016;
/** How much dearer rows may seem from one transaction to the next: a thread that was held up proves nothing yet. */
const DEARER_MAX = 1.2;

/** How many rows the next transaction may take, by what those before took. */
export class CommitPace {
  readonly #elsewhere: boolean;
  #msPerRow = FIRST_MS_PER_ROW;

  /** `elsewhere` says that transactions are carried out by another process, which holds up nobody here. */
  constructor(elsewhere: boolean) {
    this.#elsewhere = elsewhere;
  }

  /** Rows that the next transaction may take. */
  get rowsMax(): number {
    if (this.#elsewhere) return ROWS.elsewhere;
    return Math.max(ROWS.min, Math.min(ROWS.max, Math.floor(HELD_UP_MS / this.#msPerRow)));
  }

  /** Notes what a transaction took. */
  wrote(rows: number, heldUpMs: number): void {
    // What a few rows take says more about the transaction than about the rows.
    if (rows < ROWS.min) return;
    this.#msPerRow = Math.min(heldUpMs / rows, this.#msPerRow * DEARER_MAX);
  }
}
