import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteDialect } from "../../src/stores/sqlite/schema/dialect.ts";
import type { SqlDriver } from "../../src/stores/shared/driver.ts";
import { migrate } from "../../src/stores/sqlite/schema/migrate.ts";
import { type Migration, migrations, schemaVersion } from "../../src/stores/sqlite/schema/migrations.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { parseAddress } from "../../src/stores/libsql/address.ts";
import { connect } from "../../src/stores/libsql/open_database.ts";
import { systemClock } from "../../src/time/system_clock.ts";

/** A store of a simulation, and what else is done about it. */
export interface SimulatedStore {
  readonly store: DataStore;
  /** Another process opens it. */
  readonly openAgain?: () => Promise<void>;
  /** Later code brings its tables forward. */
  readonly upgrade?: () => Promise<void>;
  /** It is not needed any more. */
  readonly dispose?: () => Promise<void>;
}

/** The oldest tables that a life begins with. */
const OLDEST = 1;

/** Changes of a later schema that this code must tolerate. */
const later: readonly Migration[] = [
  ({ jobs }: Tables) => [
    `alter table ${jobs} add column later_note text`,
    `create index ${jobs}_later on ${jobs}(task_name, later_note)`,
  ],
  ({ schedules }: Tables) => [
    `alter table ${schedules} add column later_group integer not null default 7`,
    `create table ${schedules}_later(seq integer primary key, note text) strict`,
  ],
  ({ tasks, schedulers }: Tables) => [
    `alter table ${tasks} add column later_color text not null default 'red'`,
    `alter table ${schedulers} add column later_place text`,
  ],
].map((statements, i): Migration => ({
  version: schemaVersion + i + 1,
  name: `later code, step ${i + 1}`,
  minCompatibleVersion: schemaVersion,
  statements: ({ tables }) => statements(tables),
}));

interface Tables {
  readonly jobs: string;
  readonly schedules: string;
  readonly tasks: string;
  readonly schedulers: string;
}

/** A file whose tables are older code's to begin with, of a version that the seed decides. */
export async function storeOfOlderCode(seed: number): Promise<SimulatedStore> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-simulation-"));
  const url = `file:${join(folder, "simulation.db")}`;
  const dialect = sqliteDialect();
  let known = OLDEST + seed % (schemaVersion - OLDEST + 1);
  const bringTo = async (version: number) => {
    const driver: SqlDriver = await connect({ address: parseAddress(url), dialect, synchronous: "normal" });
    try {
      await migrate({
        driver,
        dialect,
        location: url,
        migrations: [...migrations, ...later].slice(0, version),
      });
    } finally {
      driver.close();
    }
  };
  await bringTo(known);
  return {
    store: libsql(url, { synchronous: "normal" }),
    async openAgain() {
      const other = libsql(url, { synchronous: "normal" });
      await other.open({ clock: systemClock });
      await other.close();
    },
    upgrade() {
      known = Math.min(Math.max(known, schemaVersion) + 1, schemaVersion + later.length);
      return bringTo(known);
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}
