import type { Dialect } from "../dialect.ts";

/** One step from a schema to the next. A step never changes once it has been released. */
export interface Migration {
  /** The schema's version after this step. */
  readonly version: number;
  /** What it brings, for people. */
  readonly name: string;
  /** The oldest version of the code's schema that can still work with this one. */
  readonly minCompatibleVersion: number;
  /** Its statements; they run in one transaction, with the new version. */
  readonly statements: (dialect: Dialect) => readonly string[];
}
