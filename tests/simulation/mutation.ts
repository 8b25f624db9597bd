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
  /** The missing or wrong behaviour. */
  readonly what: string;
  /** A seed that catches it. */
  readonly seed: number;
  /** The store on which it does. @default "memory" */
  readonly store?: StoreKind;
  /** Other edits that the bug needs to show. */
  readonly unmask?: readonly Edit[];
}
