import type { StoredError } from "../model/job_record.ts";
import type { JobOutcome } from "../model/states.ts";

/** What became of a job that the running one waited for. */
export type ParentResult<Output = unknown> =
  | ParentSuccess<Output>
  | ParentFailure;

/** A parent that did its work. */
export interface ParentSuccess<Output = unknown> {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: "success";
  /** What it returned. */
  readonly value: Output;
  readonly error: undefined;
}

/** A parent that did not succeed; there are such where the job says `onParentFailure: "continue"`, or was retried by hand. */
export interface ParentFailure {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: Exclude<JobOutcome, "success">;
  readonly value: undefined;
  /** What it ended with. */
  readonly error: StoredError | undefined;
}
