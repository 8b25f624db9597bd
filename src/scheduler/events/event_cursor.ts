import { CarillonError } from "../../errors.ts";

/** How far the feeds of stores were read, by alias. As text it is a list like `main=42&fast=7`. */
export type Positions = ReadonlyMap<string, number>;

/** A cursor as text. */
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
    `Option 'after' of events() must be the cursor of an event, or what eventCursor() answers, but got '${cursor}'`,
    { details: { option: "after" } },
  );
}
