import type { DataStore } from "../../stores/data_store.ts";
import { endsHeld, endsIn, interceptStore, type StoreCall, type StoreResult } from "../intercept_store.ts";
import type { History } from "./history.ts";
import type { Quiet } from "./quiet.ts";

/** A store that reports running calls to `quiet`, and added jobs and runs to `history`. */
export function watchStore(store: DataStore, quiet: Quiet, history: History): DataStore {
  return interceptStore(store, (call, proceed) => {
    endRuns(call, quiet, history);
    return quiet.during(proceed, (result) => note(call, result, quiet, history));
  });
}

/** A run whose end is being written has ended for the test; the rest is a call of the store. */
function endRuns(call: StoreCall, quiet: Quiet, history: History): void {
  for (const ending of endsIn(call)) {
    const run = history.running(ending.fence);
    if (run) quiet.jobEnds(run.job.id);
  }
}

function note(call: StoreCall, result: unknown, quiet: Quiet, history: History): void {
  for (const ending of endsHeld(call, result)) history.noteEnding(ending);
  switch (call.name) {
    case "addJobs": {
      const { jobs, claimed } = result as StoreResult<"addJobs">;
      call.args[0].forEach((job, i) => jobs[i]?.outcome === "added" && history.noteAdded(job));
      return begin(claimed, quiet, history);
    }
    case "advanceSchedules": {
      const moved = result as StoreResult<"advanceSchedules">;
      return call.args[0].forEach(({ jobs }, i) => moved[i] && jobs.forEach((job) => history.noteAdded(job)));
    }
    case "claimJobs":
      return begin((result as StoreResult<"claimJobs">).claimed, quiet, history);
    case "getJobs":
      return endedWithin(result as StoreResult<"getJobs">, quiet, history);
    default:
  }
}

/** Notes runs whose functions completed their jobs in their own transactions; the scheduler reads those jobs again. */
function endedWithin(jobs: StoreResult<"getJobs">, quiet: Quiet, history: History): void {
  for (const { seq, claimNumber, owner, id, state, outcome, value, error } of jobs) {
    const fence = { seq, claimNumber, incarnation: owner ?? 0 };
    if (state !== "finished" || outcome === null || !history.running(fence)) continue;
    quiet.jobEnds(id);
    history.noteEnding({ fence, transition: { to: "finished", outcome, value, error, keepMs: null } });
  }
}

function begin(claimed: StoreResult<"claimJobs">["claimed"], quiet: Quiet, history: History): void {
  for (const job of claimed) {
    quiet.jobBegins(job.id);
    history.noteClaimed(job);
  }
}
