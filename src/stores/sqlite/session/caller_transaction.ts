import type { Statement, StatementResult, Step } from "../../shared/driver.ts";

/** A transaction that the caller of a store began, and ends. */
export interface CallerTransaction {
  /** It only collects statements: they are run later, by the caller. */
  readonly collects: boolean;
  /** Runs statements in it, one after the other, and answers what they did; where it collects, nothing. */
  run(step: Step): Promise<readonly StatementResult[]>;
  /** Whether it may still be committed. `probe` answers a row where it was not rolled back. */
  pending(probe: Statement): boolean;
}
