import { sqliteDialect } from "../../src/sql/dialect.ts";
import type { Step } from "../../src/sql/driver.ts";
import { GroupCommit } from "../../src/sql/group_commit.ts";
import { migrate } from "../../src/sql/migrate.ts";
import type { SqlSession } from "../../src/sql/session.ts";
import { type SqlOperations, sqlOperations } from "../../src/sql/sql_store.ts";
import { parseAddress } from "../../src/stores/libsql/address.ts";
import { connect } from "../../src/stores/libsql/open_database.ts";

/** The operations on a database in memory, and the texts of the statements they ran since last asked. */
export interface Recording {
  readonly store: SqlOperations;
  /** Answers the texts run since the last call. */
  take(): readonly string[];
  close(): void;
}

/** Opens a database in memory that notes what is run. */
export async function record(): Promise<Recording> {
  const address = parseAddress(":memory:");
  const dialect = sqliteDialect();
  const driver = await connect({ address, dialect, synchronous: "full" });
  await migrate({ driver, dialect, location: address.location });
  const texts = new Set<string>();
  const note = (steps: readonly Step[]) => {
    for (const step of steps) for (const { sql } of step) texts.add(sql);
  };
  const commits = new GroupCommit((steps) => {
    note(steps);
    return driver.write(steps);
  });
  const session: SqlSession = {
    dialect,
    nowArgument: () => null,
    read: (step) => {
      note([step]);
      return driver.read(step);
    },
    write: (step) => commits.run(step),
    writeBulk: (operation, items) => commits.runBulk(operation, items),
  };
  const take = () => {
    const taken = [...texts];
    texts.clear();
    return taken;
  };
  return { store: sqlOperations(session), take, close: () => driver.close() };
}
