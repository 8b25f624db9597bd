import type { Migration } from "./migration.ts";

/** Which job stands for one that a call did not add, for the jobs of that call that wait for it. */
export const answered: Migration = {
  version: 15,
  name: "jobs that stand for parents",
  minCompatibleVersion: 14,
  statements: ({ tables }) => [
    // Empty between steps.
    `create table ${tables.answered}(id text primary key, seq integer not null) strict, without rowid`,
  ],
};
