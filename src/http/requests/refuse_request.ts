import type { z } from "zod";
import { CarillonError } from "../../errors.ts";
import { didYouMean } from "../../model/suggest.ts";

/** What a part of a request is checked with: an object of known keys. */
export type RequestSchema = z.ZodObject;

/**
 * Checks a part of a request. `what` names its entries in errors: `Query parameter`, `Field`.
 *
 * Throws `invalidRequest` with all issues in `details.issues`.
 */
export function checkRequest<Schema extends RequestSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const known = Object.keys(schema.shape);
  const issues = checked.error.issues.flatMap((issue) => issuesOf(issue, known, what));
  throw new CarillonError("invalidRequest", issues.map(({ message }) => message).join("; "), {
    details: { issues },
  });
}

interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

function issuesOf(issue: z.core.$ZodIssue, known: readonly string[], what: string): RequestIssue[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: key, message: unknownKey(key, known, what) }));
  }
  const path = issue.path.map(String).join(".");
  if (path === "") return [{ path, message: `The body ${issue.message}` }];
  return [{ path, message: `${what} '${String(issue.path[0])}' ${issue.message}` }];
}

function unknownKey(key: string, known: readonly string[], what: string): string {
  const hint = didYouMean(key, known) || (known.length === 0 ? "" : `; there are ${known.join(", ")}`);
  return `There is no ${what.toLowerCase()} '${key}'${hint}`;
}
