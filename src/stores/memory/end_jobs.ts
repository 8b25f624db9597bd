import { effectiveTransition, endedBefore, fenceHolds } from "../../model/decisions.ts";
import type { JobEnding, JobFence, JobProgress, JobRecord, JobTransition } from "../../model/job_record.ts";
import { transitionedJob } from "../../model/transitions.ts";
import type { MemoryState } from "./memory_state.ts";
import { settleChildren } from "./settle_children.ts";
import { storedCopy } from "./stored_copy.ts";

/** Ends runs whose fence holds. Calls back where that has let others continue. */
export function endJobs(
  state: MemoryState,
  endings: readonly JobEnding[],
  nowMs: number,
  onReleased: () => void = () => {},
): readonly boolean[] {
  const held = endings.map(storedEnding).map((ending) => {
    const job = state.jobs.get(ending.fence.seq);
    if (job === undefined) return false;
    if (!fenceHolds(job, ending.fence)) return endedBefore(job, ending);
    endRun(state, job, ending, nowMs);
    return true;
  });
  if (settleChildren(state, nowMs)) onReleased();
  return held;
}

/** An end as the store keeps it. Throws where it cannot be kept, so that this comes before any write. */
function storedEnding(ending: JobEnding): JobEnding {
  const transition = storedTransition(ending.transition);
  return transition === ending.transition ? ending : { ...ending, transition };
}

function storedTransition(transition: JobTransition): JobTransition {
  if (transition.to !== "finished" && transition.to !== "retry") return transition;
  return transition.error === null ? transition : { ...transition, error: storedCopy(transition.error) };
}

function endRun(state: MemoryState, job: JobRecord, ending: JobEnding, nowMs: number): void {
  // Few are asked to stop: only then their settings are looked up.
  const transition = job.cancelRequested === null
    ? ending.transition
    : effectiveTransition(job, ending.transition, state.settingsOf(job));
  state.histories.noteLeft(job, transition, nowMs);
  const ended = transitionedJob(job, transition, nowMs);
  if (ended.state === "finished") state.finishJob(ended, nowMs);
  else {
    state.jobs.put(ended);
    // A schedule that counts from the end of a run continues: a parked job holds nothing.
    if (ended.state === "parked") state.noteFinish(ended, nowMs);
  }
}

/** Notes progress where the fence holds. */
export function putProgress(
  state: MemoryState,
  notes: readonly { readonly fence: JobFence; readonly progress: JobProgress }[],
): void {
  for (const { fence, progress } of notes) {
    const job = state.jobs.get(fence.seq);
    if (job === undefined || !fenceHolds(job, fence)) continue;
    state.jobs.put({ ...job, progress: Object.freeze({ ...progress }) });
  }
}
