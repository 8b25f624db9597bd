import type { DataStore } from "../../stores/data_store.ts";
import { endsHeld, endsIn, interceptStore, type StoreAnswer, type StoreCall } from "../intercept_store.ts";
import type { History } from "./history.ts";
import type { Quiet } from "./quiet.ts";

/** A store that tells a test's kit what is under way and what happened. */
export function watchStore(store: DataStore, quiet: Quiet, history: History): DataStore {
  return interceptStore(store, (call, proceed) => {
    endRuns(call, quiet, history);
    return quiet.during(proceed, (answer) => note(call, answer, quiet, history));
  });
}

/** A run whose end is being written is over for the test; what is still to happen is a call of the store. */
function endRuns(call: StoreCall, quiet: Quiet, history: History): void {
  for (const ending of endsIn(call)) {
    const run = history.running(ending.fence);
    if (run) quiet.jobEnds(run.job.id);
  }
}

function note(call: StoreCall, answer: unknown, quiet: Quiet, history: History): void {
  for (const ending of endsHeld(call, answer)) history.noteEnding(ending);
  switch (call.name) {
    case "addJobs": {
      const { jobs, claimed } = answer as StoreAnswer<"addJobs">;
      call.args[0].forEach((job, i) => jobs[i]?.outcome === "added" && history.noteAdded(job));
      return begin(claimed, quiet, history);
    }
    case "advanceSchedules": {
      const moved = answer as StoreAnswer<"advanceSchedules">;
      return call.args[0].forEach(({ jobs }, i) => moved[i] && jobs.forEach((job) => history.noteAdded(job)));
    }
    case "claimJobs":
      return begin((answer as StoreAnswer<"claimJobs">).claimed, quiet, history);
    case "getJobs":
      return endedWithin(answer as StoreAnswer<"getJobs">, quiet, history);
    default:
  }
}

/** Runs whose functions completed their jobs in transactions of their own: the scheduler asks what became of those. */
function endedWithin(jobs: StoreAnswer<"getJobs">, quiet: Quiet, history: History): void {
  for (const { seq, claimNumber, owner, id, state, outcome, value, error } of jobs) {
    const fence = { seq, claimNumber, incarnation: owner ?? 0 };
    if (state !== "finished" || outcome === null || !history.running(fence)) continue;
    quiet.jobEnds(id);
    history.noteEnding({ fence, transition: { to: "finished", outcome, value, error, keepMs: null } });
  }
}

function begin(claimed: StoreAnswer<"claimJobs">["claimed"], quiet: Quiet, history: History): void {
  for (const job of claimed) {
    quiet.jobBegins(job.id);
    history.noteClaimed(job);
  }
}
