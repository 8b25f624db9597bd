import type {
  JobEnding,
  JobFence,
  JobRecord,
  JobTransition,
  NewJob,
  StoredError,
} from "../../model/job_record.ts";
import type { Payload } from "../../model/payload.ts";
import type { JobOutcome } from "../../model/states.ts";

/** One run of a job, as it happened. */
export interface RecordedRun {
  readonly job: JobRecord;
  /** What it ended with; undefined while it runs, and when its scheduler lost it. */
  ending: JobTransition | undefined;
}

/** How a run ended, in one word for people. */
export type RunState =
  | JobOutcome
  | Exclude<JobTransition["to"], "finished" | "handBack">
  | "handedBack"
  | "running";

/** What was added and what ran, in order. */
export class History {
  readonly added: NewJob[] = [];
  readonly runs: RecordedRun[] = [];
  readonly #running = new Map<string, RecordedRun>();

  /** Notes jobs that were added. */
  noteAdded(jobs: readonly NewJob[]): void {
    this.added.push(...jobs);
  }

  /** Notes that jobs begin to run. */
  noteClaimed(jobs: readonly JobRecord[]): void {
    for (const job of jobs) {
      const run = { job, ending: undefined };
      this.runs.push(run);
      this.#running.set(keyOf(job.seq, job.claimNumber), run);
    }
  }

  /** The run of a fence, while it has not ended. */
  running({ seq, claimNumber }: JobFence): RecordedRun | undefined {
    return this.#running.get(keyOf(seq, claimNumber));
  }

  /** Notes how a run ended. */
  noteEnding({ fence, transition }: JobEnding): void {
    const run = this.running(fence);
    if (!run) return;
    run.ending = transition;
    this.#running.delete(keyOf(fence.seq, fence.claimNumber));
  }
}

/** How a run ended, or that it has not. */
export function runState({ ending }: RecordedRun): RunState {
  if (ending === undefined) return "running";
  if (ending.to === "finished") return ending.outcome;
  return ending.to === "handBack" ? "handedBack" : ending.to;
}

/** What a run answered. */
export function runValue({ ending }: RecordedRun): Payload | null {
  return ending?.to === "finished" ? ending.value : null;
}

/** What a run failed with. */
export function runError({ ending }: RecordedRun): StoredError | undefined {
  return ending?.to === "finished" || ending?.to === "retry" ? ending.error ?? undefined : undefined;
}

function keyOf(seq: number, claimNumber: number): string {
  return `${seq}/${claimNumber}`;
}
