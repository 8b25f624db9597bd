import type { Paint } from "./colors.ts";

/** Facts about one thing, a line each; those that are undefined or empty are left out. */
export function facts(rows: Readonly<Record<string, string | undefined>>, paint: Paint): string {
  const shown = Object.entries(rows).filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${paint(name.padEnd(width), "dim")}  ${value}`).join("\n");
}
