import { CarillonError } from "../errors.ts";

/** Where a definition is wrong, and what would be right. */
export interface TriggerProblem {
  /** The text that was read. */
  readonly source?: string;
  /** The character in `source` that cannot be understood, counted from 0. */
  readonly position?: number;
  /** The field or option that is wrong. */
  readonly field?: string;
  /** What would have been understood. */
  readonly expected?: string;
  /** How to mend it. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The error for a definition that is not understood: what is wrong, where, what was expected, and a hint. */
export function invalidTrigger(what: string, problem: TriggerProblem = {}): CarillonError {
  const { cause, ...details } = problem;
  const where = problem.source === undefined
    ? ""
    : `Cannot read '${problem.source}'${
      problem.position === undefined ? "" : ` at position ${problem.position}`
    }: `;
  const expected = problem.expected === undefined ? "" : `; expected ${problem.expected}`;
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  return new CarillonError("invalidTrigger", `${where}${what}${expected}${hint}`, { details, cause });
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
