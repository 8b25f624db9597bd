/** A text of one file and what it becomes. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that can be planted. */
export interface Mutation extends Edit {
  readonly name: string;
  /** What is missing or wrong then. */
  readonly what: string;
  /** A seed that catches it. */
  readonly seed: number;
  /** What else has to go, as it would hide the bug. */
  readonly unmask?: readonly Edit[];
}
