import {
  type CallerTransaction,
  withinTransaction,
} from "../../../src/stores/sqlite/session/within_transaction.ts";
import { ChangeCount } from "../../../src/stores/sqlite/session/change_count.ts";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import type { Step } from "../../../src/stores/shared/driver.ts";
import { GroupCommit } from "../../../src/stores/shared/group_commit.ts";
import { migrate } from "../../../src/stores/sqlite/schema/migrate.ts";
import type { SqliteSession } from "../../../src/stores/sqlite/session/session.ts";
import { sqliteOperations } from "../../../src/stores/sqlite/sqlite_store.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { storeConformance } from "../../../src/testing/store_conformance.ts";
import type { Clock } from "../../../src/time/clock.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { usualCalls } from "./usual_calls.ts";

/**
 * The texts of all statements that a store sends: those of the usual calls, and whatever the conformance suite, which
 * calls everything in every way, makes it send. Whether its checks hold is told by the tests of the stores.
 */
export function everyStatement(): Promise<ReadonlySet<string>> {
  return recorded ??= recordAll();
}

let recorded: Promise<ReadonlySet<string>> | undefined;

async function recordAll(): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  const { store, empty, end } = await recordingStore(texts);
  const checks: (() => Promise<void>)[] = [];
  storeConformance({
    test: (_name, body) => checks.push(body),
    // Emptied instead of made anew: most of the time goes into preparing the statements.
    makeStore: () => empty().then(() => store),
  });
  for (const call of Object.values(usualCalls)) await call(store);
  for (const check of checks) await check().catch(() => {});
  const within = await store.within([]);
  await within.addJobs([newJob("within")]);
  await within.endJob({
    fence: { seq: 1, incarnation: 1, claimNumber: 1 },
    transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: 1 },
  });
  for (const { sql } of new ChangeCount(sqliteDialect(), () => {}).step([])) texts.add(sql);
  end();
  return texts;
}

/** A transaction that only notes what would be run in it. */
function collecting(note: (steps: readonly Step[]) => void): CallerTransaction {
  const run = (step: Step) => Promise.resolve((note([step]), []));
  return { collects: true, run, pending: () => false };
}

/** A store in memory that notes the text of each statement it sends. */
async function recordingStore(texts: Set<string>) {
  const address = parseAddress(":memory:");
  const dialect = sqliteDialect();
  const driver = await connect({ address, dialect, synchronous: "full" });
  await migrate({ driver, dialect, location: address.location });
  const note = (steps: readonly Step[]) => {
    for (const step of steps) for (const { sql } of step) texts.add(sql);
  };
  const commits = new GroupCommit({
    write(steps) {
      note(steps);
      return driver.write(steps);
    },
  });
  let clock: Clock = systemClock;
  const session: SqliteSession = {
    wake: () => {},
    dialect,
    nowArgument: () => clock.nowMs(),
    read: (step) => {
      note([step]);
      return driver.read(step);
    },
    write: (step) => commits.run(step),
    writeBulk: (operation, items) => commits.runBulk(operation, items),
  };
  const store: DataStore = {
    ...sqliteOperations(session),
    kind: "libsql",
    location: address.location,
    capabilities: { durable: false, shared: false },
    open: (context) => Promise.resolve(void (clock = context.clock)),
    close: () => Promise.resolve(),
    watch: () => () => {},
    within: () =>
      Promise.resolve(withinTransaction({ session, count: undefined, location: "" })(collecting(note))),
  };
  const { prefix: _prefix, meta: _meta, guard: _guard, ...tables } = dialect.tables;
  const emptying = [...Object.values(tables), "sqlite_sequence"].map((table) => `delete from ${table}`);
  const empty = () => driver.write([emptying.map((sql) => ({ sql, args: [] }))]);
  return { store, empty, end: () => driver.close() };
}
