import type { StoreKind } from "./run_seed.ts";

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
  /** The store on which it does. @default "memory" */
  readonly store?: StoreKind;
  /** What else has to go, as it would hide the bug. */
  readonly unmask?: readonly Edit[];
}
