/** The options for the jobs that a job waits for, and the effect of a parent's end on its children. */
import { CarillonError } from "../errors.ts";
import { endedAs } from "./decisions.ts";
import type { JobParents, JobRecord, JobTransition } from "./job_record.ts";
import * as check from "./option_checks.ts";
import type { RunSettings } from "./settings.ts";
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
   * The policy when a parent ends in anything but success: `cascade` cancels the job too, and so on through those
   * that wait for it; `continue` runs it anyway. @default "cascade"
   */
  readonly onParentFailure?: ParentFailurePolicy;
}

/** The keys of {@linkcode ParentOptions}. */
export const parentOptionKeys = ["after", "onParentFailure"] as const;

/** Checks the options for a job's parents; undefined where it has none. Throws `invalidOption`. */
export function resolveParents(options: ParentOptions, where: string): JobParents | undefined {
  const { after, onParentFailure } = options;
  if (after === undefined && onParentFailure !== undefined) {
    throw check.optionError(
      "onParentFailure",
      where,
      "requires 'after': the jobs it waits for",
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

/** A parent as far as its end concerns its children. */
export type EndedParent = Pick<JobRecord, "id" | "taskName" | "outcome">;

/** True if a parent's end cancels the children that wait for it with `cascade`. */
export function failsChildren({ state, outcome }: Pick<JobRecord, "state" | "outcome">): boolean {
  return state === "finished" && outcome !== "success";
}

/** The end of a job whose parent did not succeed. */
export function cascadeTransition(
  { id, taskName, outcome }: EndedParent,
  settings: Pick<RunSettings, "retention">,
): JobTransition {
  const message = `its parent job ${id} of task '${taskName}' ended as ${outcome}`;
  const transition = endedAs("cancelled", message, settings.retention.otherMs);
  if (transition.to !== "finished" || transition.error === null) return transition;
  return { ...transition, error: { ...transition.error, details: { parentId: id, outcome } } };
}

/** The end of a job that others wait for and that is removed before it ran. */
export function removedTransition(): JobTransition {
  return endedAs("cancelled", "it was removed", null);
}

/** The id of the parent whose end has cancelled a job; undefined where that was not why it ended. */
export function cascadedFrom({ outcome, error }: Pick<JobRecord, "outcome" | "error">): string | undefined {
  const parentId = outcome === "cancelled" ? error?.details?.["parentId"] : undefined;
  return typeof parentId === "string" ? parentId : undefined;
}

/** The refusal of a job that is to wait for one that is not there. */
export function missingParent(id: string): CarillonError {
  return new CarillonError(
    "jobNotFound",
    `A job cannot wait for job '${id}': there is none with this id; it was never added, was removed, or its ` +
      "retention has expired",
    { details: { jobId: id } },
  );
}
