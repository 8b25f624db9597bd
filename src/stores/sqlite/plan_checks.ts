import type { Dialect, TableNames } from "./schema/dialect.ts";
import type { JobEnding } from "../../model/job_record.ts";
import type { Step } from "../shared/driver.ts";
import type { SqliteSession } from "./session/session.ts";
import { type SqliteOperations, sqliteOperations } from "./sqlite_store.ts";

/** Tables that grow with what is done; the others hold what was written by hand. */
const growing = ["jobs", "schedules", "counted", "attempts", "logs", "parents", "changes"] as const;

/**
 * Indexes that are small by nature: they hold what runs or waits for the clock now, never what has piled up. Of the jobs
 * that wait for others it is only asked whether there are any.
 */
const smallIndexes = /_(running|running_task|running_key|parked|blocked|planning|leaving|with_parents)\b/;

/**
 * The lines of a statement's query plan that read a growing table from end to end. An index that is made for one statement
 * reads all of it, too.
 */
export function fullScans(sql: string, lines: readonly string[], tables: TableNames): readonly string[] {
  const names = new Set<string>(growing.map((table) => tables[table]));
  const aliases = new RegExp(`\\b(?:${[...names].join("|")}) (?!set|where|on|values|order)(\\w+)`, "g");
  for (const [, alias] of sql.matchAll(aliases)) names.add(alias!);
  return lines.filter((line) => {
    const scanned = /^(?:SCAN (\w+)|SEARCH (\w+) USING AUTOMATIC)(.*)$/.exec(line);
    return scanned !== null && names.has(scanned[1] ?? scanned[2]!) && !smallIndexes.test(scanned[3]!);
  });
}

const retry: JobEnding = {
  fence: { seq: 0, incarnation: 0, claimNumber: 0 },
  transition: { to: "retry", delayMs: 0, error: null },
};

function finish(seq: number, value: string | null = null, incarnation = 0): JobEnding {
  const fence = { seq, incarnation, claimNumber: 0 };
  return { fence, transition: { to: "finished", outcome: "success", value, error: null, keepMs: 0 } };
}

/** The calls that the loops of a scheduler repeat. */
const loopCalls: readonly ((store: SqliteOperations) => Promise<unknown>)[] = [
  (store) => store.claimJobs({ incarnation: 0, tasks: [{ name: "", version: 1 }], limit: 1 }),
  // Alike in all, but for their values, and in nothing; and some that continue.
  (store) => store.endJobs([finish(1), finish(2)]),
  (store) => store.endJobs([finish(1), finish(2, "json:1")]),
  (store) => store.endJobs([finish(1), finish(2, null, 1), retry]),
  (store) => store.dueSchedules(1),
  (store) => store.getFireTimes(0, [0]),
  (store) => store.heartbeat(0, 1),
  (store) => store.getOrphanedIncarnations(),
  (store) => store.getTasks([""]),
  (store) => store.getJobs({ ids: [""] }),
  (store) => store.prune(1),
];

/** The texts of the statements that the loops of a scheduler send again and again; nothing is sent. */
export async function loopStatements(dialect: Dialect): Promise<readonly string[]> {
  const texts = new Set<string>();
  const note = (step: Step): Promise<never> => {
    for (const { sql } of step) texts.add(sql);
    return Promise.reject(new Error("not sent"));
  };
  const session: SqliteSession = {
    dialect,
    nowArgument: () => null,
    read: note,
    write: note,
    wake: () => {},
    writeBulk: (operation, items) => note(operation.step(items)),
  };
  const store = sqliteOperations(session);
  for (const call of loopCalls) await call(store).catch(() => {});
  return [...texts];
}
