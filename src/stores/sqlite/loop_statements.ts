import type { JobEnding } from "../../model/job_record.ts";
import type { Dialect } from "./schema/dialect.ts";
import type { Step } from "../shared/driver.ts";
import type { SqlSession } from "./session/session.ts";
import { type SqliteOperations, sqliteOperations } from "./sqlite_store.ts";

const retry: JobEnding = {
  fence: { seq: 0, incarnation: 0, claimNumber: 0 },
  transition: { to: "retry", delayMs: 0, error: null },
};

function finish(seq: number, value: string | null = null, incarnation = 0): JobEnding {
  const fence = { seq, incarnation, claimNumber: 0 };
  return { fence, transition: { to: "finished", outcome: "success", value, error: null, keepMs: 0 } };
}

/** What the loops of a scheduler ask a store again and again. */
const loopCalls: readonly ((store: SqliteOperations) => Promise<unknown>)[] = [
  (store) => store.claimJobs({ incarnation: 0, tasks: [{ name: "", version: 1 }], limit: 1 }),
  // Alike in all, but for their values, and in nothing; and some that go on.
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
  const session: SqlSession = {
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
