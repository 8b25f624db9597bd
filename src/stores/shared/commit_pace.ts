/** The time for which the statements of one transaction may hold up the event loop. */
const HELD_UP_MS = 6;
/** Rows of one transaction: so many at least, as each costs a commit, and so many at the most. */
const ROWS = { min: 64, max: 500, remote: 1000 } as const;
/** The cost of a row before any was written. */
const FIRST_MS_PER_ROW = 0.016;
/** The factor by which rows may seem dearer from one transaction to the next: a thread that was held up proves nothing yet. */
const DEARER_MAX = 1.2;

/** The number of rows that the next transaction may take, by the time that earlier ones took. */
export class CommitPace {
  readonly #isRemote: boolean;
  #msPerRow = FIRST_MS_PER_ROW;

  /** `isRemote`: transactions are carried out by another process, which does not hold up this one. */
  constructor(isRemote: boolean) {
    this.#isRemote = isRemote;
  }

  /** Rows that the next transaction may take. */
  get rowsMax(): number {
    if (this.#isRemote) return ROWS.remote;
    return Math.max(ROWS.min, Math.min(ROWS.max, Math.floor(HELD_UP_MS / this.#msPerRow)));
  }

  /** Notes what a transaction took. */
  wrote(rows: number, heldUpMs: number): void {
    // What a few rows take says more about the transaction than about the rows.
    if (rows < ROWS.min) return;
    this.#msPerRow = Math.min(heldUpMs / rows, this.#msPerRow * DEARER_MAX);
  }
}
