import type { TableNames } from "./schema/dialect.ts";

/** Tables that grow with what is done; the others hold what somebody has written down by hand. */
const growing = ["jobs", "schedules", "counted", "attempts", "logs", "parents", "changes"] as const;

/**
 * Indexes that are small by nature: they hold what runs or waits for the clock now, never what has piled up. Of the jobs
 * that wait for others it is only asked whether there are any.
 */
const smallIndexes = /_(running|running_task|running_key|parked|blocked|planning|leaving|with_parents)\b/;

/**
 * The lines of a statement's query plan that read a growing table from end to end. An index that is made for one statement
 * reads all of it, too.
 */
export function fullScans(sql: string, lines: readonly string[], tables: TableNames): readonly string[] {
  const names = new Set<string>(growing.map((table) => tables[table]));
  const aliases = new RegExp(`\\b(?:${[...names].join("|")}) (?!set|where|on|values|order)(\\w+)`, "g");
  for (const [, alias] of sql.matchAll(aliases)) names.add(alias!);
  return lines.filter((line) => {
    const scanned = /^(?:SCAN (\w+)|SEARCH (\w+) USING AUTOMATIC)(.*)$/.exec(line);
    return scanned !== null && names.has(scanned[1] ?? scanned[2]!) && !smallIndexes.test(scanned[3]!);
  });
}
