import Database from "libsql";

/** What is in a copy of a database. */
export interface CopyCheck {
  readonly tables: number;
}

/**
 * Reads a copy of a database from end to end, as a backup that cannot be read is none. Throws when it is damaged or
 * empty.
 */
export function checkCopy(path: string): CopyCheck {
  const copy = new Database(path, { readonly: true });
  try {
    const damages = (copy.prepare("pragma integrity_check").all() as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((line) => line !== "ok");
    if (damages.length > 0) throw new Error(`The copy ${path} is damaged: ${damages.join("; ")}`);
    const { tables } = copy.prepare("select count(*) as tables from sqlite_schema where type = 'table'")
      .get() as CopyCheck;
    if (tables === 0) throw new Error(`The copy ${path} has no tables`);
    return { tables };
  } finally {
    copy.close();
  }
}
