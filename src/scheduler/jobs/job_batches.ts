import { CarillonError } from "../../errors.ts";
import { checkName, optionError, refuseUnknownOptions } from "../../model/option_checks.ts";
import { type JobOutcome, jobOutcomes } from "../../model/states.ts";
import type { JobCounts } from "../../stores/job_store.ts";
import type { Clock } from "../../time/clock.ts";
import type { StoreUnit } from "../store_unit.ts";
import { jobPages } from "../store/row_pages.ts";
import type { StoreUnits } from "../store_units.ts";
import type { JobResult } from "../views/job.ts";
import type { JobHandle, JobHandles } from "./handles.ts";
import type { JobCommands } from "./job_commands.ts";
import { newJobId } from "./job_id.ts";
import type { JobRequest } from "./job_request.ts";
import type { JobResults, WaitOptions } from "./job_results.ts";

/** Options of {@linkcode Scheduler.addBatch}. */
export interface JobBatchOptions {
  /** Its id: adding the same batch again adds nothing. @default a generated, time-ordered one */
  readonly id?: string;
  /** A job that runs once all jobs of the batch have finished, whatever their outcome, and gets their results. @default none */
  readonly onComplete?: JobRequest;
  /** Alias of the store. @default the first one */
  readonly store?: string;
}

/** Progress of a batch. */
export interface JobBatchStatus {
  readonly id: string;
  /** Number of its jobs; lower once some of them are removed, or their retention has expired. */
  readonly total: number;
  /** True once all of them are finished. */
  readonly isComplete: boolean;
  readonly states: JobCounts;
  /** Number of finished jobs by outcome. */
  readonly outcomes: Readonly<Record<JobOutcome, number>>;
}

/** Jobs that were added together: to look at, to wait for, to cancel. */
export interface JobBatch<Jobs extends readonly JobHandle[] = readonly JobHandle[]> {
  /** The batch's id. */
  readonly id: string;
  /** Its jobs, in the order given. */
  readonly jobs: Jobs;
  /** The job that runs when all of them have finished; undefined where none was asked for. */
  readonly completion: JobHandle | undefined;
  /** Its progress now. */
  status(): Promise<JobBatchStatus>;
  /** Waits until all of its jobs are finished and resolves to their results, in the order given. */
  results(options?: WaitOptions): Promise<JobResult[]>;
  /** Cancels those that are not finished, and resolves to their number. The job that completes the batch runs all the same. */
  cancel(reason?: string): Promise<number>;
}

/** End of the id of the job that completes a batch. */
const COMPLETION = ":complete";

/** Adds and finds batches: jobs that belong together. */
export class JobBatches {
  readonly #units: StoreUnits;
  readonly #clock: Clock;
  readonly #jobs: JobCommands;
  readonly #handles: JobHandles;
  readonly #results: JobResults;

  constructor(
    units: StoreUnits,
    clock: Clock,
    jobs: JobCommands,
    handles: JobHandles,
    results: JobResults,
  ) {
    this.#units = units;
    this.#clock = clock;
    this.#jobs = jobs;
    this.#handles = handles;
    this.#results = results;
  }

  /** Adds the jobs of a batch, all or none. Throws what `addJobs` throws. */
  async add(requests: readonly JobRequest[], options: JobBatchOptions): Promise<JobBatch> {
    refuseUnknownOptions(options, ["id", "onComplete", "store"], "addBatch");
    const { onComplete, store } = options;
    if (requests.length === 0) throw optionError("jobs", "addBatch", "must not be empty", requests);
    requests.forEach(refuseIdentity);
    const id = options.id === undefined
      ? newJobId(this.#clock.nowMs())
      : checkName(options.id, "id", "addBatch");
    const all = onComplete === undefined ? requests : [...requests, completing(requests, onComplete)];
    const added = await this.#jobs.addBatchRequests(all, store, { id, size: requests.length });
    const handles = added.map((job) => this.#handles.of(job));
    return this.#batch(added[0]!.unit, id, handles.slice(0, requests.length), handles[requests.length]);
  }

  /** A batch that was added before. Throws `jobNotFound`. */
  async get(id: string): Promise<JobBatch> {
    for (const unit of this.#units.all()) {
      await unit.open();
      const handleOf = (id: string) => this.#handles.of({ unit, id, outcome: "deduplicated" });
      const jobs: JobHandle[] = [];
      for await (const members of jobPages(unit.store, { batchId: id, payloads: false })) {
        for (const member of members) jobs.push(handleOf(member.id));
      }
      if (jobs.length === 0) continue;
      const [completion] = await unit.store.getJobs({ ids: [id + COMPLETION] });
      return this.#batch(unit, id, jobs, completion && handleOf(completion.id));
    }
    throw new CarillonError("jobNotFound", `There is no job of a batch '${id}'`, {
      details: { batchId: id },
    });
  }

  #batch(
    unit: StoreUnit,
    id: string,
    jobs: readonly JobHandle[],
    completion: JobHandle | undefined,
  ): JobBatch {
    return {
      id,
      jobs,
      completion,
      status: () => statusOf(unit, id),
      results: async (options = {}) =>
        await Promise.all(jobs.map((job) => this.#results.get(job.id, options))),
      cancel: (reason = "its batch was cancelled") => unit.cancel(jobs.map((job) => job.id), reason),
    };
  }
}

async function statusOf(unit: StoreUnit, id: string): Promise<JobBatchStatus> {
  await unit.open();
  const states = await unit.store.countJobs({ batchId: id });
  const others = jobOutcomes.filter((outcome) => outcome !== "success");
  const outcomes = Object.fromEntries(jobOutcomes.map((outcome) => [outcome, 0])) as Record<
    JobOutcome,
    number
  >;
  outcomes.success = states.finished;
  for await (const failed of jobPages(unit.store, { batchId: id, outcomes: others, payloads: false })) {
    for (const { outcome } of failed) outcomes[outcome!]++;
    outcomes.success -= failed.length;
  }
  const total = Object.values(states).reduce((sum, one) => sum + one, 0);
  return { id, total, isComplete: total === states.finished, states, outcomes };
}

/** The job that waits for all of a batch, and for its own `after`. */
function completing(requests: readonly JobRequest[], { task, input, options }: JobRequest): JobRequest {
  const after = [...requests, ...options.after ?? []];
  return { task, input, options: { onParentFailure: "continue", ...options, after } };
}

/** Refuses what may return another job instead: that one could be of no batch, or of another. */
function refuseIdentity({ options }: JobRequest): void {
  for (const way of ["idempotencyKey", "unique", "debounce"] as const) {
    if (options[way] === undefined) continue;
    throw optionError(way, "a job of a batch", "cannot be given: give the batch an 'id'", options[way]);
  }
}
