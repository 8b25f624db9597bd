import type { Paint } from "./colors.ts";
import { pad, textWidth, truncate } from "./text_width.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Never cut, as an id that is to be copied. @default false */
  readonly whole?: boolean;
}

/** Options of {@linkcode table}. */
export interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** The columns of the terminal that it may take. */
  readonly width: number;
  /** Changes a finished cell, to give it a colour; its width must stay. @default none */
  readonly paint?: (text: string, row: number, column: number) => string;
}

const GAP = "  ";
/** No column is made narrower than this. */
const NARROWEST = 6;

/** Returns a table without a final line end. Cells that do not fit end in an ellipsis. */
export function table({ columns, rows, width, paint = (text) => text }: TableOptions): string {
  const cells = rows.map((row) => row.map((cell) => cell.replace(/\s+/g, " ")));
  const natural = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[i] ?? "")))
  );
  const widths = fitted(columns, natural, width);
  const line = (cells: readonly string[], row: number) =>
    columns.map((_, i) => {
      const cell = truncate(cells[i] ?? "", widths[i]!);
      return paint(i === columns.length - 1 ? cell : pad(cell, widths[i]!), row, i);
    }).join(GAP).trimEnd();
  return [line(columns.map(({ title }) => title), -1), ...cells.map(line)].join("\n");
}

/** Shortens the widest columns first. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const gaps = GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, one) => sum + one, gaps) - width;
  while (excess > 0) {
    const candidates = widths.map((one, i) => columns[i]!.whole ? 0 : one);
    const widest = candidates.indexOf(Math.max(...candidates));
    if ((candidates[widest] ?? 0) <= NARROWEST) break;
    widths[widest]!--;
    excess--;
  }
  return widths;
}

/** Returns facts about one thing, a line each; undefined and empty ones are left out. */
export function facts(rows: Readonly<Record<string, string | undefined>>, paint: Paint): string {
  const shown = Object.entries(rows).filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${paint(name.padEnd(width), "dim")}  ${value}`).join("\n");
}
