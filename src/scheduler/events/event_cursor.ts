import { CarillonError } from "../../errors.ts";

/** The positions up to which the feeds of stores were read, by alias. As a string it is a list like `main=42&fast=7`. */
export type Positions = ReadonlyMap<string, number>;

/** Returns a cursor as a string. */
export function cursorText(positions: Positions): string {
  return new URLSearchParams([...positions].map(([alias, seq]) => [alias, String(seq)])).toString();
}

/** Reads a cursor. Throws `invalidOption`. */
export function positionsOf(cursor: unknown): Map<string, number> {
  const entries = typeof cursor === "string" ? [...new URLSearchParams(cursor)] : [];
  const valid = entries.length > 0 && entries.every(([, seq]) => /^\d{1,15}$/.test(seq));
  if (valid) return new Map(entries.map(([alias, seq]) => [alias, Number(seq)]));
  throw new CarillonError(
    "invalidOption",
    `Option 'after' of events() must be the cursor of an event, or the value that eventCursor() returns, but got '${cursor}'`,
    { details: { option: "after" } },
  );
}
