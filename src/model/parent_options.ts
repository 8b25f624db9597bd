/** What users say about the jobs that a job waits for, and its checked form. */
import type { JobParents } from "./job_record.ts";
import * as check from "./option_checks.ts";
import { parentFailurePolicies, type ParentFailurePolicy } from "./states.ts";

/** A job by its id, or by anything that has it, such as its handle. */
export type JobReference = string | { readonly id: string };

/** The jobs that a job waits for. */
export interface ParentOptions {
  /**
   * Its parents: it runs once all of them are finished, and gets their results. They are jobs of the same store.
   * @default none
   */
  readonly after?: readonly JobReference[];
  /**
   * What becomes of it when a parent ends in anything but success: `cascade` cancels it too, and so on through those
   * that wait for it; `continue` runs it all the same. @default "cascade"
   */
  readonly onParentFailure?: ParentFailurePolicy;
}

/** The keys of {@linkcode ParentOptions}. */
export const parentOptionKeys = ["after", "onParentFailure"] as const;

/** Checks what was said about a job's parents; undefined where it has none. Throws `invalidOption`. */
export function resolveParents(options: ParentOptions, where: string): JobParents | undefined {
  const { after, onParentFailure } = options;
  if (after === undefined && onParentFailure !== undefined) {
    throw check.optionError(
      "onParentFailure",
      where,
      "goes with 'after': say which jobs it waits for",
      onParentFailure,
    );
  }
  const onFailure = onParentFailure === undefined
    ? "cascade"
    : check.checkChoice(onParentFailure, "onParentFailure", where, parentFailurePolicies);
  if (after !== undefined && !Array.isArray(after)) {
    throw check.optionError("after", where, "must be a list of jobs, by their ids or handles", after);
  }
  const ids = [...new Set((after ?? []).map((parent) => parentId(parent, where)))];
  return ids.length === 0 ? undefined : { ids, onFailure };
}

function parentId(parent: JobReference, where: string): string {
  const id: unknown = typeof parent === "object" && parent !== null ? parent.id : parent;
  if (typeof id === "string") return check.checkName(id, "after", where);
  throw check.optionError("after", where, "must be a list of jobs, by their ids or handles", parent);
}
