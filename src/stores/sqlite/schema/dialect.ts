import { CarillonError } from "../../../errors.ts";

/** The differences between databases, and the names of the tables. Statements are functions of this. */
export interface Dialect {
  /** The database's clock in milliseconds, or the number bound as `argument` where that is not null. */
  now(argument: string): string;
  /** The tables, each with its prefix. */
  readonly tables: TableNames;
}

const tableNames = [
  "meta",
  "guard",
  "picked",
  "facts",
  "calendars",
  "tasks",
  "schedulers",
  "schedules",
  "jobs",
  "attempts",
  "logs",
  "names",
  "changes",
  "counted",
  "listeners",
  "freed",
  "sweeps",
  "parents",
  "rates",
  "starts",
  "waits",
  "answered",
] as const;

/** The full name of every table. */
export type TableNames = Readonly<Record<typeof tableNames[number], string>> & {
  /** The prefix of indexes and constraints too. */
  readonly prefix: string;
};

/** The prefix of every table by default. */
export const defaultTablePrefix = "carillon_";

/** The dialect of SQLite and libSQL. Throws `invalidOption` for a prefix that is not a plain name. */
export function sqliteDialect(tablePrefix: string = defaultTablePrefix): Dialect {
  return {
    // Rounded, because the fraction of a second is a binary one: cutting it off would lose a millisecond.
    now: (argument) => `coalesce(${argument}, cast(round(unixepoch('subsec') * 1000) as integer))`,
    tables: prefixedTables(tablePrefix),
  };
}

function prefixedTables(prefix: string): TableNames {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(prefix) || /^sqlite_/i.test(prefix)) {
    throw new CarillonError(
      "invalidOption",
      `tablePrefix must be up to 40 letters, digits and underscores and must not begin with a digit or ` +
        `'sqlite_', but got '${prefix}'`,
      { details: { option: "tablePrefix", value: prefix } },
    );
  }
  const named = Object.fromEntries(tableNames.map((name) => [name, prefix + name]));
  return { ...named, prefix } as TableNames;
}
