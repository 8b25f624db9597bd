import type { Paint } from "./colors.ts";
import { printable } from "../../model/printable.ts";
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
  const cells = rows.map((row) => row.map(printable));
  const natural = columns.map(({ title }, i) =>
    cells.reduce((width, row) => Math.max(width, textWidth(row[i] ?? "")), textWidth(title))
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

/** A fact about one thing: a string in a line, or several lines below each other. */
export type Fact = string | readonly string[] | undefined;

/** Returns facts about one thing, a line each or several; undefined and empty ones are left out. */
export function facts(rows: Readonly<Record<string, Fact>>, paint: Paint): string {
  const shown = Object.entries(rows).map(([name, value]) => [name, linesOf(value)] as const)
    .filter(([, lines]) => lines.length > 0);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  const below = `\n${" ".repeat(width)}  `;
  return shown.map(([name, lines]) => `${paint(name.padEnd(width), "dim")}  ${lines.join(below)}`).join("\n");
}

function linesOf(value: Fact): readonly string[] {
  if (value === undefined || value === "") return [];
  return (typeof value === "string" ? [value] : value).map(printable);
}
