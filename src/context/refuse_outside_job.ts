import { CarillonError } from "../errors.ts";
import { tryCurrentJob } from "./job_context.ts";

/** For functions about the running job. Throws `noCurrentJob` where none runs; `what` names the function. */
export function refuseOutsideJob(what: string): void {
  if (tryCurrentJob() !== undefined) return;
  throw new CarillonError(
    "noCurrentJob",
    `${what} was called outside a job; call it within a task's function, or what that calls`,
  );
}
