import type { Migration } from "./migration.ts";

/** Processes that wait for changes, and where they can be told of them. */
export const listeners: Migration = {
  version: 9,
  name: "processes that wait for changes",
  minCompatibleVersion: 8,
  statements: ({ tables }) => [
    `create table ${tables.listeners}(
      place text not null, port integer not null, listens_until integer not null,
      primary key(place, port)) strict, without rowid`,
  ],
};
