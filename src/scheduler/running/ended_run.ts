import type { RunEnding } from "../store/gateway/job_gateway.ts";
import type { JobRun } from "./job_run.ts";

/** A run that is over, and how it ends. */
export interface EndedRun extends RunEnding {
  readonly run: JobRun;
}
