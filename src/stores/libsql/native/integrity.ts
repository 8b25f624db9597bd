import { jobStates } from "../../../model/states.ts";
import type { Dialect } from "../../sqlite/schema/dialect.ts";
import type { SqlDriver } from "../../shared/driver.ts";
import { sqlList } from "../../sqlite/jobs/display_state.ts";

/** What is wrong with the file or with what is in it, in sentences; empty for a sound one. */
export async function checkIntegrity(driver: SqlDriver, { tables }: Dialect): Promise<readonly string[]> {
  const { jobs, schedulers } = tables;
  const [file, orphaned, unknown] = await driver.read([
    { sql: "pragma integrity_check(20)", args: [] },
    {
      sql:
        `select 'Job ' || id || ' runs on scheduler ' || coalesce(owner, '(none)') || ', which has no record'
        from ${jobs} where state = 'running' and coalesce(owner, 0) not in (select incarnation from ${schedulers})
        limit 20`,
      args: [],
    },
    {
      sql: `select 'Job ' || id || ' is in the unknown state ' || state from ${jobs}
        where state not in ${sqlList(jobStates)} limit 20`,
      args: [],
    },
  ]);
  const damages = file!.cells.filter((line) => line !== "ok").map((line) => `The file is damaged: ${line}`);
  return [...damages, ...orphaned!.cells, ...unknown!.cells].map(String);
}
