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

/** The fields of a job that are kept for every run of it: only those used, because there may be very many. */
export type RanJob = Pick<
  JobRecord,
  "id" | "taskName" | "scheduleId" | "fireTimeMs" | "attempt" | "startedAtMs" | "input"
>;

/** One run of a job, as it happened. */
export interface RecordedRun {
  readonly job: RanJob;
  /** Its end; undefined while it runs, and when its scheduler lost it. */
  ending: JobTransition | undefined;
}

/** The displayed state of a run. */
export type RunState =
  | JobOutcome
  | Exclude<JobTransition["to"], "finished" | "handBack">
  | "handedBack"
  | "running";

/** The jobs added and the runs, in order. */
export class History {
  /** The jobs that were added other than by a fire time. */
  readonly added: NewJob[] = [];
  readonly runs: RecordedRun[] = [];
  readonly #running = new Map<number | string, RecordedRun>();
  /** The jobs that were added and have not run. */
  readonly #waiting = new Map<string, NewJob>();

  /** The jobs that were added and have not run, in order. */
  get waiting(): Iterable<NewJob> {
    return this.#waiting.values();
  }

  /** Notes a job that was added. */
  noteAdded(job: NewJob): void {
    this.#waiting.set(job.id, job);
    if (job.fireTimeMs === null) this.added.push(job);
  }

  /** Notes that a job begins to run. */
  noteClaimed(record: JobRecord): void {
    const { id, taskName, scheduleId, fireTimeMs, attempt, startedAtMs, input } = record;
    const job = { id, taskName, scheduleId, fireTimeMs, attempt, startedAtMs, input };
    const run = { job, ending: undefined };
    this.runs.push(run);
    this.#running.set(keyOf(record.seq, record.claimNumber), run);
    this.#waiting.delete(id);
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

/** The displayed state of a recorded run. */
export function runState({ ending }: RecordedRun): RunState {
  if (ending === undefined) return "running";
  if (ending.to === "finished") return ending.outcome;
  return ending.to === "handBack" ? "handedBack" : ending.to;
}

/** The result of a run. */
export function runValue({ ending }: RecordedRun): Payload | null {
  return ending?.to === "finished" ? ending.value : null;
}

/** The error of a run. */
export function runError({ ending }: RecordedRun): StoredError | undefined {
  return ending?.to === "finished" || ending?.to === "retry" ? ending.error ?? undefined : undefined;
}

/** Most jobs run once: a number is cheaper than a string. */
function keyOf(seq: number, claimNumber: number): number | string {
  return claimNumber === 1 ? seq : `${seq}/${claimNumber}`;
}
