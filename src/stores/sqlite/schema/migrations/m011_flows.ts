import type { Migration } from "./migration.ts";

/** Jobs that wait for others, that belong to a batch, and that others have added. */
export const flows: Migration = {
  version: 11,
  name: "jobs that wait for others",
  minCompatibleVersion: 11,
  statements: ({ tables: { jobs, parents } }) => [
    `alter table ${jobs} add column on_parent_failure text`,
    `alter table ${jobs} add column added_by text`,
    `alter table ${jobs} add column batch_id text`,
    `create index ${jobs}_waiting on ${jobs}(task_name) where state = 'waiting'`,
    `create index ${jobs}_added_by on ${jobs}(added_by, seq) where added_by is not null`,
    `create index ${jobs}_batch on ${jobs}(batch_id, seq) where batch_id is not null`,
    `create table ${parents}(
      child_seq integer not null, place integer not null, parent_seq integer not null,
      primary key(child_seq, place)) strict, without rowid`,
    `create index ${parents}_children on ${parents}(parent_seq, child_seq)`,
    // A parent that is gone leaves its rows to its children: identities are never given again.
    `create trigger ${jobs}_orphaned after delete on ${jobs} when old.on_parent_failure is not null begin
      delete from ${parents} where child_seq = old.seq;
    end`,
  ],
};
