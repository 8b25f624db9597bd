/**
 * The port of SQL drivers: one call is one atomic step and one round trip. There are no interactive
 * transactions, so nothing can be left open, and nothing in a step depends on what JavaScript thinks of the
 * statement before it; conditions are part of the statements.
 *
 * Guarantees every driver keeps:
 * - **All or nothing.** The statements of one step happen together or not at all. Steps given to one call of
 *   `write` share a transaction, and a step that fails is undone alone.
 * - **Durable.** The promise of `write` resolves after the commit.
 * - **One writer at a time.** What a step reads cannot change before it writes.
 * - **Whole numbers stay whole.** Integral numbers are bound as integers.
 */

/** A value that can be bound to a statement or come back from it. Booleans travel as 0 and 1, lists as one JSON text. */
export type SqlValue = string | number | null;

/** One statement. Its text never holds values, so it is prepared once. */
export interface Statement {
  /** Arguments are written `?1`, `?2`, ...; a statement that returns rows returns one column. */
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/** The result of one statement. */
export interface StatementResult {
  /** The one column of each row: a client pays per cell, so a record is one JSON text. */
  readonly cells: readonly SqlValue[];
  /** Number of changed rows; meaningless for a statement that returns rows. */
  readonly changes: number;
}

/** Statements that happen together. */
export type Step = readonly Statement[];

/** The result of a step. */
export type StepResult =
  | { readonly results: readonly StatementResult[] }
  /** Undone; the other steps of the call are not touched. */
  | { readonly error: unknown };

/** A connection to a database, or what stands for one. */
export interface SqlDriver {
  /** Runs steps in one transaction. Rejects when the transaction as a whole failed: then nothing was written. */
  write(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Runs statements that only read, all on the same state of the database. */
  read(step: Step): Promise<readonly StatementResult[]>;
  /**
   * For how long the statements of the last write held up the event loop, in milliseconds, without the commit: that waits
   * for the disk. Only drivers have it that carry them out in this thread.
   */
  heldUpMs?(): number;
  /** Work to be done before the next write, such as bringing a log into its file; undefined while nothing is. */
  upkeep?(): (() => Promise<void>) | undefined;
  /** A number that changes when another process has committed; undefined where the database has none. */
  changeCounter?(): SqlValue;
  /** Lets go of the connection. */
  close(): void;
}
