import { endedAs } from "../../model/decisions.ts";
import { removedTransition } from "../../model/parents.ts";
import { type JobRecord, withoutPayloads } from "../../model/job_record.ts";
import { changedJob, retriedJob, transitionedJob } from "../../model/transitions.ts";
import type { CancelAnswer, CancelRequest, JobChange } from "../job_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { settleChildren, waitsForParents } from "./settle_children.ts";
import { storedCopy } from "./stored_copy.ts";

/** Ends waiting jobs, asks running ones to stop, leaves finished ones alone. */
export function cancelJobs(
  state: MemoryState,
  ids: readonly string[],
  { reason, keepMs }: CancelRequest,
  nowMs: number,
): CancelAnswer {
  const cancelled: JobRecord[] = [];
  const requested: JobRecord[] = [];
  for (const job of jobsOf(state, ids)) {
    if (job.state === "finished") continue;
    const asked = { ...job, cancelRequested: job.cancelRequested ?? reason };
    if (job.state === "running") requested.push(withoutPayloads(state.jobs.put(asked)));
    else {
      const ended = transitionedJob(asked, endedAs("cancelled", reason, keepMs), nowMs);
      cancelled.push(withoutPayloads(state.finishJob(ended, nowMs)));
    }
  }
  settleChildren(state, nowMs);
  return { cancelled, requested };
}

/** Changes a waiting job. */
export function updateJob(
  state: MemoryState,
  id: string,
  change: JobChange,
  nowMs: number,
): JobRecord | undefined {
  const job = state.jobs.byId(id);
  if (job === undefined || job.state === "running" || job.state === "finished") return undefined;
  const metadata = change.metadata === undefined ? {} : { metadata: storedCopy(change.metadata) };
  return state.jobs.put(changedJob(job, { ...change, ...metadata }, nowMs));
}

/** Makes finished and parked jobs ready again. */
export function retryJobs(state: MemoryState, ids: readonly string[], nowMs: number): readonly JobRecord[] {
  const again = jobsOf(state, ids).filter((job) => job.state === "finished" || job.state === "parked");
  const retried = new Set(again.map(({ seq }) => seq));
  const isOver = ({ seq, state }: JobRecord) => state === "finished" && !retried.has(seq);
  const jobs = again.map((job) => retriedJob(job, nowMs, waitsForParents(state, job.seq, isOver)));
  for (const job of again) {
    state.histories.noteRetried(job);
    state.counted.delete(job);
  }
  return jobs.map((job) => withoutPayloads(state.jobs.put(job)));
}

/** Deletes jobs that are not running. */
export function removeJobs(state: MemoryState, ids: readonly string[], nowMs: number): readonly string[] {
  const removed = jobsOf(state, ids).filter((job) => job.state !== "running");
  const unfinished = removed.filter((job) => job.state !== "finished");
  for (const job of unfinished) {
    state.endParent(transitionedJob(job, removedTransition(), nowMs));
    state.noteFinish(job, nowMs);
  }
  settleChildren(state, nowMs);
  for (const { seq } of removed) state.deleteJob(state.jobs.get(seq)!);
  return removed.map((job) => job.id);
}

/** The jobs of these ids that there are, each once, in the order asked. */
export function jobsOf(state: MemoryState, ids: readonly string[]): readonly JobRecord[] {
  return [...new Set(ids)].map((id) => state.jobs.byId(id)).filter((job) => job !== undefined);
}
