/** What the end of a job means for the jobs that wait for it. */
import { CarillonError } from "../errors.ts";
import { endedAs } from "./decisions.ts";
import type { JobRecord, JobTransition } from "./job_record.ts";
import type { RunSettings } from "./settings.ts";

/** A parent as far as its end concerns its children. */
export type EndedParent = Pick<JobRecord, "id" | "taskName" | "outcome">;

/** Whether a parent's end cancels the children that wait for it with `cascade`. */
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
      "retention is over",
    { details: { jobId: id } },
  );
}
