/** A line of a query plan. Lines with one parent are loops within each other, outermost first. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly text: string;
}

/** Tables read within a loop that runs once: constants, the clock, and others with at most one row. */
const once = /^SCAN (?:\d+-ROW VALUES|CONSTANT ROW|clock|c|\(subquery-\d+\))$/;

/**
 * The lines of a statement's plan that read a list the statement was given once for each row of something else: a
 * thousand rows against a list of a thousand are a million reads. A list that is read into an index first is not meant.
 */
export function listScans(sql: string, lines: readonly PlanLine[]): readonly string[] {
  const lists = namesOfLists(sql);
  return lines.filter((line) => {
    const [, name] = /^SCAN (\w+) VIRTUAL TABLE/.exec(line.text) ?? [];
    return name !== undefined && lists.has(name) && isRepeated(line, lines);
  }).map(({ text }) => text);
}

/** The names of the lists among a statement's arguments. */
function namesOfLists(sql: string): ReadonlySet<string> {
  const calls = sql.matchAll(
    /json_each\(\?\d+\)(?:\s+(?!where|cross|left|join|on|group|order|union|limit)(\w+))?/g,
  );
  return new Set([...calls].map(([, name]) => name ?? "json_each"));
}

function isRepeated(line: PlanLine, lines: readonly PlanLine[]): boolean {
  const outer = lines.slice(0, lines.indexOf(line)).filter(({ parent }) => parent === line.parent);
  if (outer.some(({ text }) => /^(?:SCAN|SEARCH) /.test(text) && !once.test(text))) return true;
  const parent = lines.find(({ id }) => id === line.parent);
  if (
    parent === undefined || /^(?:MATERIALIZE|CO-ROUTINE|LIST SUBQUERY|SCALAR SUBQUERY) /.test(parent.text)
  ) return false;
  return /^CORRELATED /.test(parent.text) || isRepeated(parent, lines);
}
