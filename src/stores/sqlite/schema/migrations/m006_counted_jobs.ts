import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** Finished jobs of tasks that keep only so many, in the order in which they finished. */
export const countedJobs: Migration = {
  version: 6,
  name: "finished jobs kept by their number",
  minCompatibleVersion: 4,
  statements: ({ tables }) => [
    ...["success", "other"].map((outcome) =>
      `alter table ${tables.tasks} add column keep_${outcome} integer generated always as (
        ${retention(outcome === "success" ? "maxSuccess" : "maxOther")}) virtual`
    ),
    `create table ${tables.counted}(
      task_name text not null, succeeded integer not null, finished_at integer not null, job_seq integer not null,
      primary key(task_name, succeeded, finished_at, job_seq)) strict, without rowid`,
    ...triggers(tables),
  ],
};

/** The first level that sets `retention` decides, as everywhere. */
function retention(count: string): string {
  return `case when json_valid(overrides) and json_type(overrides, '$.retention') is not null
        then overrides ->> '$.retention.${count}'
      when json_valid(settings) then settings ->> '$.retention.${count}' end`;
}

/** Triggers, so that no way of ending, retrying or deleting a job is forgotten. */
function triggers({ jobs, tasks, counted }: TableNames): readonly string[] {
  const uncount = `delete from ${counted} where task_name = old.task_name
      and succeeded = (old.outcome = 'success') and finished_at = old.finished_at and job_seq = old.seq;`;
  return [
    `create trigger ${jobs}_counted after update of outcome on ${jobs}
      when old.outcome is null and new.outcome is not null begin
      insert into ${counted} select new.task_name, new.outcome = 'success', new.finished_at, new.seq from ${tasks}
        where name = new.task_name
          and case new.outcome when 'success' then keep_success else keep_other end is not null;
    end`,
    `create trigger ${jobs}_uncounted after update of outcome on ${jobs}
      when old.outcome is not null and new.outcome is null begin ${uncount} end`,
    `create trigger ${jobs}_deleted after delete on ${jobs} when old.outcome is not null begin ${uncount} end`,
  ];
}
