import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation, CommitOptions } from "../../shared/group_commit.ts";

/** The options of a write. */
export interface WriteOptions extends CommitOptions {
  /** Makes no work: other users of the same store object need not look. @default false */
  readonly quiet?: boolean;
}

/** An open database, as the operations of the store use it. */
export interface SqliteSession {
  readonly dialect: Dialect;
  /** The argument of statements that ask the time: null is the database's clock. */
  nowArgument(): number | null;
  /** Reads one state of the database. */
  read(step: Step): Promise<readonly StatementResult[]>;
  /** Runs one step; resolves after its commit. */
  write(step: Step, options?: WriteOptions): Promise<readonly StatementResult[]>;
  /** Runs an operation together with concurrent calls of the same one; resolves after the commit. */
  writeBulk<Item, Answer>(
    operation: BulkOperation<Item, Answer>,
    items: readonly Item[],
  ): Promise<readonly Answer[]>;
  /** Calls all listeners of the store here, the caller's too: there may be work. */
  wake(): void;
}

/** The constraint by whose name drivers distinguish a guard that did not hold from any other failure. */
export const guardConstraint = "guard_must_hold";

/** A step was undone because what it relies on no longer holds. Never leaves the store. */
export class GuardFailure extends Error {
  /** Makes the failure. */
  constructor() {
    super("What the step relies on no longer holds");
    this.name = "GuardFailure";
  }
}

/** A statement that undoes its whole step unless the condition holds; it writes nothing when it does. */
export function guard(dialect: Dialect, condition: string, args: readonly SqlValue[]): Statement {
  return { sql: `insert into ${dialect.tables.guard}(ok) select 0 where not (${condition})`, args };
}
