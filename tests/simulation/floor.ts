import type { Machine } from "./machine.ts";
import type { Oracle } from "./oracle.ts";

interface Run {
  readonly machine: Machine;
  readonly taskName: string;
  readonly jobId: string;
  readonly signal: AbortSignal;
}

/** What really runs, whatever the store believes: functions on machines that go on, and were not told to stop. */
export class Floor {
  starts = 0;
  readonly #runs = new Set<Run>();
  readonly #oracle: Oracle;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  /** A function begins; answers how to say that it is over. */
  enter(run: Run): () => void {
    this.starts++;
    this.#runs.add(run);
    const { violations, limits } = this.#oracle;
    const beside = [...this.#runs].filter(({ machine, signal }) => machine.runs && !signal.aborted);
    const ofTask = beside.filter((one) => one.taskName === run.taskName);
    const limit = limits.get(run.taskName) ?? null;
    // A limit that was lowered meanwhile does not stop what runs; such seeds keep to the store's own count.
    const most = limit === null ? Infinity : Math.max(limit, this.#highest(run.taskName, limit));
    const where = () => ofTask.map(({ machine, jobId }) => `${jobId} on ${machine.name}`).join(", ");
    violations.unless(
      ofTask.length <= most,
      () => `${ofTask.length} runs of ${run.taskName}, of ${most}: ${where()}`,
    );
    const ofJob = ofTask.filter((one) => one.jobId === run.jobId);
    violations.unless(ofJob.length <= 1, () => `job ${run.jobId} runs twice at once: ${where()}`);
    this.#oracle.note(`${run.machine.name} runs ${run.jobId} of ${run.taskName}`);
    return () => void this.#runs.delete(run);
  }

  readonly #limits = new Map<string, number>();

  #highest(taskName: string, limit: number): number {
    const highest = Math.max(limit, this.#limits.get(taskName) ?? 0);
    this.#limits.set(taskName, highest);
    return highest;
  }
}
