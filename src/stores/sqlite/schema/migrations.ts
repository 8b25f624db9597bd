import type { Dialect } from "./dialect.ts";
import { tableStatements } from "./tables.ts";
import { triggerStatements } from "./triggers.ts";

/** One step from a schema to the next. A step never changes once it has been released. */
export interface Migration {
  /** The schema's version after this step. */
  readonly version: number;
  /** A short description, for people. */
  readonly name: string;
  /** The oldest version of the code's schema that can still work with this one. */
  readonly minCompatibleVersion: number;
  /** Its statements; they run in one transaction, with the new version. */
  readonly statements: (dialect: Dialect) => readonly string[];
}

/** Every step of the schema, oldest first; versions count up from 1 without a gap. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "base",
    minCompatibleVersion: 1,
    statements: (dialect) => [...tableStatements(dialect), ...triggerStatements(dialect)],
  },
];

/** The schema's version that this code works with. */
export const schemaVersion: number = migrations.length;
