import { CarillonError } from "../../errors.ts";
import { connect, type DatabaseOptions } from "./open_database.ts";
import type { NativeDriver } from "./native_driver.ts";

/**
 * Copies the database as it is now into a new file, without its free pages. Others go on reading and writing.
 * A database in memory is copied through its own connection, which is the only one that sees it.
 */
export async function backupDatabase(
  driver: NativeDriver,
  path: string,
  options: DatabaseOptions,
): Promise<void> {
  if (path === "" || path.startsWith("file:")) {
    throw new CarillonError(
      "invalidOption",
      `A backup needs the path of a file that does not exist yet, but got '${path}'`,
      { details: { option: "path", value: path } },
    );
  }
  const copying = options.address.inMemory ? driver : await connect(options);
  try {
    await copying.runAlone({ sql: "vacuum into ?1", args: [path] });
  } finally {
    if (copying !== driver) copying.close();
  }
}
