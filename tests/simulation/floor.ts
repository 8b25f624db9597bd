import type { ToldParent } from "./flow_book.ts";
import type { Machine } from "./machine.ts";
import type { Oracle } from "./oracle.ts";

interface Run {
  readonly machine: Machine;
  readonly taskName: string;
  readonly jobId: string;
  readonly signal: AbortSignal;
  readonly parents: readonly ToldParent[];
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
    const { violations, highestLimits, jobs } = this.#oracle;
    jobs.flows.told(jobs.jobs.get(run.jobId), run.parents);
    const beside = [...this.#runs].filter(({ machine, signal }) => machine.runs && !signal.aborted);
    const ofTask = beside.filter((one) => one.taskName === run.taskName);
    // A limit that was lowered meanwhile does not stop what was claimed; such seeds keep to the store's own count.
    const most = highestLimits.get(run.taskName) ?? 1;
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

  /** A job was handed back as one that nobody runs. */
  handedBack(jobId: string): void {
    const run = [...this.#runs].find(({ jobId: id, machine, signal }) =>
      id === jobId && machine.runs && !signal.aborted
    );
    this.#oracle.violations.unless(
      run === undefined,
      () => `job ${jobId} was handed back while it runs on ${run?.machine.name}`,
    );
  }
}
