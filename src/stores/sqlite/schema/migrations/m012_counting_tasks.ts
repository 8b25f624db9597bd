import type { Migration } from "./migration.ts";

/**
 * The tasks that keep only so many finished jobs, in an index of their own: whether a job that ends must be counted is
 * asked of every job, and reading it off the task's settings cost more than ending it.
 */
export const countingTasks: Migration = {
  version: 12,
  name: "an index of tasks that count their jobs",
  minCompatibleVersion: 11,
  statements: ({ tables: { jobs, tasks, counted } }) => {
    const counts = "(keep_success is not null or keep_other is not null)";
    return [
      `create index ${tasks}_counting on ${tasks}(name) where ${counts}`,
      `drop trigger ${jobs}_counted`,
      `create trigger ${jobs}_counted after update of outcome on ${jobs}
        when old.outcome is null and new.outcome is not null and exists (
          select 1 from ${tasks} indexed by ${tasks}_counting where name = new.task_name and ${counts}) begin
        insert into ${counted} select new.task_name, new.outcome = 'success', new.finished_at, new.seq from ${tasks}
          where name = new.task_name
            and case new.outcome when 'success' then keep_success else keep_other end is not null;
      end`,
    ];
  },
};
