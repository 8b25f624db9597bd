import type { JobEnding } from "../model/job_record.ts";
import type { Dialect } from "./dialect.ts";
import type { Step } from "./driver.ts";
import type { SqlSession } from "./session.ts";
import { type SqlOperations, sqlOperations } from "./sql_store.ts";

const fence = { seq: 0, incarnation: 0, claimNumber: 0 };
const ends: readonly JobEnding[] = [
  { fence, transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: 0 } },
  { fence, transition: { to: "retry", delayMs: 0, error: null } },
];

/** What the loops of a scheduler ask a store again and again. */
const loopCalls: readonly ((store: SqlOperations) => Promise<unknown>)[] = [
  (store) => store.claimJobs({ incarnation: 0, tasks: [{ name: "", version: 1 }], limit: 1 }),
  (store) => store.endJobs(ends),
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
  const store = sqlOperations(session);
  for (const call of loopCalls) await call(store).catch(() => {});
  return [...texts];
}
