import { failures } from "../../../../model/states.ts";
import type { Migration } from "./migration.ts";

/** How many jobs of a schedule have failed. */
export const failedRuns: Migration = {
  version: 5,
  name: "failed jobs counted on schedules",
  minCompatibleVersion: 4,
  statements: ({ tables: { jobs, schedules } }) => [
    `alter table ${schedules} add column failed_runs integer not null default 0`,
    // A trigger, so that no way of ending a job forgets to count.
    `create trigger ${jobs}_failed after update of outcome on ${jobs}
      when new.schedule_seq is not null and new.outcome in (${failures.map((word) => `'${word}'`).join(", ")})
        and old.state <> 'finished' begin
      update ${schedules} set failed_runs = failed_runs + 1 where seq = new.schedule_seq;
    end`,
  ],
};
