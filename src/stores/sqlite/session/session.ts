import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation, CommitOptions } from "../../shared/group_commit.ts";

/** How a write is noticed, and when it goes. */
export interface WriteOptions extends CommitOptions {
  /** Makes work for nobody: other users of the same store object need not look. @default false */
  readonly quiet?: boolean;
}

/** What the operations of the SQL store stand on: an open database. */
export interface SqlSession {
  readonly dialect: Dialect;
  /** What is bound where a statement asks the time: null is the database's clock. */
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
  /** Tells everybody here who watches the store, the caller too, that there may be work. */
  wake(): void;
}

/** The constraint by whose name drivers tell a guard that did not hold from any other failure. */
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
