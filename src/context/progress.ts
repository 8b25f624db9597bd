import type { JobProgress } from "../model/job_record.ts";
import type { ProgressInput } from "./task_context.ts";

/** How long a progress message may be; what is longer is cut, as every progress is an event and a write. */
const MESSAGE_LENGTH_MAX = 500;

/**
 * A job's progress as it is stored. What cannot be is put right and not refused, as a mere report must not fail
 * the job: more than all is all, nothing of nothing is all.
 */
export function jobProgress(input: ProgressInput, message: string | undefined, atMs: number): JobProgress {
  const { done, total } = typeof input === "number" ? { done: input, total: 1 } : input;
  const realTotal = Number.isFinite(total) && total > 0 ? total : 0;
  const realDone = Number.isFinite(done) ? Math.min(Math.max(0, done), realTotal) : 0;
  return {
    done: realTotal === 0 ? 1 : realDone,
    total: realTotal === 0 ? 1 : realTotal,
    message: message === undefined ? null : String(message).slice(0, MESSAGE_LENGTH_MAX),
    atMs,
  };
}
