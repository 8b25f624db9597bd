/** A statement for a batch of the caller's; integers are bound as `bigint`, which every driver keeps whole. */
export interface BatchStatement {
  readonly sql: string;
  readonly args: (string | number | bigint | null)[];
}

/** Takes the statements of a batch, in order: an array. */
export interface StatementList {
  push(statement: BatchStatement): unknown;
}

/** The part that is used of an interactive transaction of the package `@libsql/client`. */
export interface ClientTransaction {
  /** True if it was committed or rolled back. */
  readonly closed: boolean;
  batch(statements: BatchStatement[]): Promise<
    readonly {
      readonly rows: readonly { readonly [column: number]: unknown }[];
      readonly rowsAffected: number;
    }[]
  >;
  commit(): Promise<void>;
}

/** The part that is used of a connection of the package `libsql`, on which a transaction was begun. */
export interface ConnectionInTransaction {
  readonly inTransaction: boolean;
  /** Prepares a statement. */
  prepare(sql: string): unknown;
}

/**
 * A transaction of the caller's, on the database that the store is in:
 *
 * - the result of `client.transaction("write")` of `@libsql/client`,
 * - a connection of the package `libsql` to the store's file, after `begin immediate`,
 * - an array: the statements of a batch to be. They are added to it, and it is sent by the caller.
 */
export type JobTransaction = ClientTransaction | ConnectionInTransaction | StatementList;

/** True if it only collects statements, so that nothing is known of what they will do. */
export function isStatementList(transaction: JobTransaction): transaction is StatementList {
  return typeof (transaction as Partial<StatementList> | null)?.push === "function";
}
