import { CarillonError } from "../../../errors.ts";
import type { CallerTransaction } from "../../sqlite/session/caller_transaction.ts";
import type { SqlDriver, Statement } from "../../shared/driver.ts";
import { type DatabaseOptions, usesClient } from "../open_database.ts";

const whichFile: Statement = { sql: "select file from pragma_database_list where name = 'main'", args: [] };

/**
 * Refuses a transaction on another file than the store's, such as a copy of it. A server has no file to compare, and
 * of statements that are still to be sent nobody knows where they go.
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
    throw refusal("this store is in the memory of its own connection, which nobody shares; use a file");
  }
  const [[own], [theirs]] = await Promise.all([driver.read([whichFile]), caller.run([whichFile])]);
  const [file, other] = [own!.cells[0], theirs!.cells[0]];
  if (file !== other) throw refusal(`it is one on '${other}', and this store is in '${file}'`);
}

function refusal(rule: string): CarillonError {
  return new CarillonError("invalidOption", `Cannot write in the transaction that was given: ${rule}`, {
    details: { option: "transaction" },
  });
}
