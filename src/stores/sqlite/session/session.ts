import type { Dialect } from "../schema/dialect.ts";
import type { StatementResult, Step } from "../../shared/driver.ts";
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
