/** Prints the results of a bench: a table with a heading, and each line as soon as it is known. */
import process from "node:process";

/** The value of a cell. */
export type Cell = string | number;

/** Prints the heading of a table, and returns a function that prints its lines. */
export function printTable(columns: readonly string[]): (...cells: readonly Cell[]) => void {
  const line = (cells: readonly Cell[]) => {
    const texts = cells.map((cell, i) => {
      const text = typeof cell === "number" ? shown(cell) : cell;
      const width = Math.max(columns[i]!.length, 8);
      return i === 0 ? text.padEnd(26) : text.padStart(width);
    });
    process.stdout.write(`${texts.join("  ")}\n`);
  };
  line(columns);
  return (...cells) => line(cells);
}

/** The value at a part of sorted numbers: 0.5 is the median. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
}

function shown(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
