import type { JobTransition } from "../../model/job_record.ts";
import { isDebugEnabled, type Logger } from "../../model/logger.ts";
import type { JobRun } from "./job_run.ts";

/** Says in the log how a run ended. */
export function logEnd(logger: Logger, { job }: JobRun, transition: JobTransition, durationMs: number): void {
  const fields = () => ({
    job: job.id,
    task: job.taskName,
    attempt: job.attempt,
    ms: Math.round(durationMs),
  });
  if (transition.to === "retry") {
    const { delayMs: inMs, error } = transition;
    logger.warn("job failed and will be tried again", { ...fields(), inMs, error: error?.message });
  } else if (transition.to === "finished" && transition.outcome !== "success") {
    logger.warn(`job ended: ${transition.outcome}`, { ...fields(), error: transition.error?.message });
  } else if (isDebugEnabled(logger)) {
    const what = { finished: "job succeeded", snooze: "job put itself off" } as const;
    logger.debug(what[transition.to as keyof typeof what] ?? "job handed back", fields());
  }
}
