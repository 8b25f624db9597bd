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

/** The functions that really run, independent of the store: those on machines that work, and that were not told to stop. */
export class Floor {
  starts = 0;
  readonly #runs = new Set<Run>();
  readonly #oracleOf: (taskName: string) => Oracle;

  /** Which books tell of a task. */
  constructor(oracleOf: (taskName: string) => Oracle) {
    this.#oracleOf = oracleOf;
  }

  /** Notes that a function begins; returns a function that notes its end. */
  enter(run: Run): () => void {
    this.starts++;
    this.#runs.add(run);
    const oracle = this.#oracleOf(run.taskName);
    const { violations, highestLimits, jobs } = oracle;
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
    const here = beside.filter(({ machine }) => machine === run.machine).length;
    violations.unless(
      here <= run.machine.maxConcurrentJobs,
      () => `${here} jobs run on ${run.machine.name}, of ${run.machine.maxConcurrentJobs}`,
    );
    const ofJob = ofTask.filter((one) => one.jobId === run.jobId);
    violations.unless(ofJob.length <= 1, () => `job ${run.jobId} runs twice at once: ${where()}`);
    oracle.note(`${run.machine.name} runs ${run.jobId} of ${run.taskName}`);
    return () => void this.#runs.delete(run);
  }

  /** Notes that a function begins that runs for several jobs; returns a function that notes its end. */
  call(machine: Machine, taskName: string, jobIds: readonly string[]): () => void {
    const oracle = this.#oracleOf(taskName);
    oracle.note(`${machine.name} runs ${jobIds.join()} in one call`);
    return oracle.batches.begins(machine, jobIds);
  }

  /** A job was handed back as one that nobody runs. */
  handedBack(jobId: string): void {
    const run = [...this.#runs].find(({ jobId: id, machine, signal }) =>
      id === jobId && machine.runs && !signal.aborted
    );
    if (run === undefined) return;
    const { violations } = this.#oracleOf(run.taskName);
    violations.add(`job ${jobId} was handed back while it runs on ${run.machine.name}`);
  }
}
