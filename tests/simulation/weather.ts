/** Faults of the network for a time. Probabilities are for each call. */
export interface Weather {
  /** The machine it is about; undefined is all of them. */
  readonly machine?: string;
  readonly delayMs: number;
  readonly loseRequest: number;
  readonly loseAnswer: number;
  /** The call arrives again, later. */
  readonly repeat: number;
  /** The store refuses it. */
  readonly refuse: number;
}
