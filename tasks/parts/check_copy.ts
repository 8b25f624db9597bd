import { DatabaseSync } from "node:sqlite";

/** The contents of a copy of a database. */
export interface CopyCheck {
  readonly tables: number;
}

/**
 * Reads a copy of a database from end to end, as a backup that cannot be read is none. Throws when it is damaged or
 * empty. By the runtime's own SQLite: an opinion that owes nothing to who wrote the copy, and a file that is really
 * closed afterwards, as Windows renames no open one.
 */
export function checkCopy(path: string): CopyCheck {
  const copy = new DatabaseSync(path, { readOnly: true });
  try {
    const damages = copy.prepare("pragma integrity_check").all()
      .map((row) => String(row["integrity_check"]))
      .filter((line) => line !== "ok");
    if (damages.length > 0) throw new Error(`The copy ${path} is damaged: ${damages.join("; ")}`);
    const tables = copy.prepare("select name from sqlite_schema where type = 'table'").all().length;
    if (tables === 0) throw new Error(`The copy ${path} has no tables`);
    return { tables };
  } finally {
    copy.close();
  }
}
