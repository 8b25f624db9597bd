/** Lines of text with their cells under each other; the first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return rows.map(line).join("\n");
}

/** A value on one short line. */
export function shortText(value: unknown, longest = 40): string {
  const text = (typeof value === "string" ? value : inOneLine(value)).replace(/\s+/g, " ");
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function inOneLine(value: unknown): string {
  if (value === undefined) return "";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
