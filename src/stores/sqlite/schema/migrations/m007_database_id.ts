import type { Migration } from "./migration.ts";

/** A name that no other database has: whoever brings a transaction shows by it that it is the same one. */
export const databaseId: Migration = {
  version: 7,
  name: "an identity of the database",
  minCompatibleVersion: 4,
  statements: ({ tables: { facts } }) => [
    `insert into ${facts}(key, value) values ('databaseId', lower(hex(randomblob(16)))) on conflict do nothing`,
  ],
};
