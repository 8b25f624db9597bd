import type { Migration } from "./migration.ts";

/** Keys by which jobs stand for the same work. */
export const identity: Migration = {
  version: 4,
  name: "identity of jobs",
  minCompatibleVersion: 4,
  statements: ({ tables: { jobs } }) => [
    `alter table ${jobs} add column identity_key text`,
    `create index ${jobs}_identity on ${jobs}(task_name, identity_key, seq) where identity_key is not null`,
  ],
};
