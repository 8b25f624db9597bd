import { boundValue, type NativeStatement } from "./native/native_binding.ts";
import { CarillonError } from "../../errors.ts";
import {
  type ClientTransaction,
  type ConnectionInTransaction,
  isStatementList,
  type JobTransaction,
  type StatementList,
} from "../../model/job_transaction.ts";
import type { CallerTransaction } from "../sqlite/session/within_transaction.ts";
import type { SqlDriver, SqlValue, Statement, StatementResult } from "../shared/driver.ts";
import { systemClock } from "../../time/system_clock.ts";
import { clientMeaning } from "./client/client_errors.ts";
import { meaningOf } from "./native/native_errors.ts";
import { type DatabaseOptions, usesClient } from "./open_database.ts";

/** A client's transaction says that it is closed while its commit is on the way. */
const COMMIT_MS = 1000;

/** The caller's transaction, whatever it is. Throws `invalidOption` for what is none. */
export function callerTransaction(given: JobTransaction, location: string): CallerTransaction {
  if (isStatementList(given)) return collecting(given);
  if (isConnection(given)) return onConnection(given, location);
  if (isClientTransaction(given)) return onClient(given, location);
  throw noTransaction(hintFor(given));
}

function collecting(list: StatementList): CallerTransaction {
  return {
    collects: true,
    run(step) {
      // What only asks has no one to return to.
      for (const { sql, args } of step.filter(({ sql }) => !/^\s*select\b/i.test(sql))) {
        list.push({ sql, args: args.map(boundValue) });
      }
      return Promise.resolve([]);
    },
    pending: () => false,
  };
}

function onConnection(connection: ConnectionInTransaction, location: string): CallerTransaction {
  return {
    collects: false,
    async run(step) {
      if (!isInTransaction(connection)) {
        throw noTransaction("no transaction is open on this connection; run 'begin immediate' on it first");
      }
      try {
        return await Promise.resolve(step.map((statement) => runOn(connection, statement)));
      } catch (error) {
        throw meaningOf(error, location);
      }
    },
    pending(probe) {
      // Another one may have been begun since: only in the right one is the row to be seen.
      return isInTransaction(connection) && runOn(connection, probe).cells.length > 0;
    },
  };
}

function onClient(transaction: ClientTransaction, location: string): CallerTransaction {
  let closedSinceMs: number | undefined;
  return {
    collects: false,
    async run(step) {
      if (transaction.closed) throw noTransaction("it was committed or rolled back already");
      try {
        const results = await transaction.batch(
          step.map(({ sql, args }) => ({ sql, args: args.map(boundValue) })),
        );
        return results.map(({ rows, rowsAffected }) => ({
          cells: rows.map((row) => (row[0] ?? null) as SqlValue),
          changes: rowsAffected,
        }));
      } catch (error) {
        throw clientMeaning(error, location);
      }
    },
    pending() {
      if (!transaction.closed) return true;
      closedSinceMs ??= systemClock.monotonicMs();
      return systemClock.monotonicMs() - closedSinceMs < COMMIT_MS;
    },
  };
}

function runOn(connection: ConnectionInTransaction, { sql, args }: Statement): StatementResult {
  const statement = connection.prepare(sql) as NativeStatement;
  const bound = args.map(boundValue);
  if (!statement.reader) return { cells: [], changes: statement.run(bound).changes };
  return { cells: statement.raw(true).all(bound).map((row) => row[0] ?? null), changes: 0 };
}

/** To ask a closed connection whether it is in a transaction ends the process. */
function isInTransaction(connection: ConnectionInTransaction & { readonly open?: boolean }): boolean {
  return connection.open !== false && connection.inTransaction;
}

function isConnection(given: JobTransaction): given is ConnectionInTransaction {
  return typeof (given as Partial<ConnectionInTransaction> | null)?.prepare === "function" &&
    "inTransaction" in (given as object);
}

function isClientTransaction(given: JobTransaction): given is ClientTransaction {
  const { batch, commit } = (given ?? {}) as Partial<ClientTransaction>;
  return typeof batch === "function" && typeof commit === "function";
}

function hintFor(given: unknown): string {
  if (typeof given === "function") {
    return "a function is none; give the connection itself, and call this within it";
  }
  const { batch, transaction } = (given ?? {}) as {
    readonly batch?: unknown;
    readonly transaction?: unknown;
  };
  if (typeof batch === "function" && typeof transaction === "function") {
    return `this is a client; give what its transaction("write") resolves to`;
  }
  return "it must be what transaction() of @libsql/client resolves to, a connection of libsql in a transaction, or an array";
}

function noTransaction(rule: string): CarillonError {
  return new CarillonError("invalidOption", `Cannot write in the transaction that was given: ${rule}`, {
    details: { option: "transaction" },
  });
}

const whichFile: Statement = { sql: "select file from pragma_database_list where name = 'main'", args: [] };

/**
 * Refuses a transaction on another file than the store's, such as a copy of it. A server has no file to compare, and
 * of statements that are still to be sent it is unknown where they go.
 *
 * Throws `invalidOption`.
 */
export async function assertSameDatabase(
  caller: CallerTransaction,
  driver: SqlDriver,
  options: DatabaseOptions,
): Promise<void> {
  const { address, client } = options;
  const isFile = !usesClient(options) || client?.protocol === "file";
  if (caller.collects || !isFile) return;
  if (address.inMemory) {
    throw noTransaction(
      "this store is in the memory of its own connection, which cannot be shared; use a file",
    );
  }
  const [[own], [theirs]] = await Promise.all([driver.read([whichFile]), caller.run([whichFile])]);
  const [file, other] = [own!.cells[0], theirs!.cells[0]];
  if (file !== other) throw noTransaction(`it is one on '${other}', and this store is in '${file}'`);
}
