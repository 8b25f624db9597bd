import { CarillonError } from "../errors.ts";
import { checkName, optionError, refuseUnknownOptions } from "../model/option_checks.ts";
import { type JobOutcome, jobOutcomes } from "../model/states.ts";
import type { JobBatch, JobBatchOptions, JobBatchStatus } from "./jobs/job_batch.ts";
import type { JobHandle } from "./jobs/handles.ts";
import { newJobId } from "./jobs/job_id.ts";
import type { JobRequest, RequestedHandles } from "./jobs/job_request.ts";
import { SchedulerJobs } from "./scheduler_jobs.ts";
import type { StoreUnit } from "./store_unit.ts";
import { type Job, jobView } from "./views/job.ts";

/** How the id of the job ends that completes a batch. */
const COMPLETION = ":complete";

/** What a scheduler can do about jobs that belong together. */
export abstract class SchedulerBatches extends SchedulerJobs {
  /**
   * Adds jobs that belong together, all or none, and a job that runs when they are over. They may wait for each other.
   * Throws what `addJobs` throws.
   *
   * @example
   * ```ts
   * import { jobRequest, Scheduler, task } from "carillon";
   * import { z } from "zod";
   *
   * const resize = task({ name: "resize", input: z.string(), run: (file) => `${file}.small` });
   * const publish = task({ name: "publish", run: (_input, { job }) => job.parents.length });
   * await using scheduler = new Scheduler({ tasks: [resize, publish] });
   * const requests = ["a.png", "b.png"].map((file) => jobRequest(resize, file));
   * const batch = await scheduler.addBatch(requests, { onComplete: jobRequest(publish) });
   * await scheduler.runUntilIdle();
   * console.assert((await batch.status()).outcomes.success === 2);
   * console.assert(await batch.completion?.result() === 2);
   * ```
   */
  async addBatch<const Requests extends readonly JobRequest[]>(
    requests: Requests,
    options: JobBatchOptions = {},
  ): Promise<JobBatch<RequestedHandles<Requests>>> {
    refuseUnknownOptions(options, ["id", "onComplete", "store"], "addBatch");
    const { onComplete, store } = options;
    if (requests.length === 0) throw optionError("jobs", "addBatch", "must not be empty", requests);
    requests.forEach(refuseIdentity);
    const id = options.id === undefined
      ? newJobId(this.parts.options.clock.nowMs())
      : checkName(options.id, "id", "addBatch");
    const all = onComplete === undefined ? requests : [...requests, completing(requests, onComplete)];
    const added = await this.parts.jobs.addRequests(all, store, { id, size: requests.length });
    const handles = added.map((job) => this.jobHandle(job));
    const jobs = handles.slice(0, requests.length) as readonly JobHandle[] as RequestedHandles<Requests>;
    return this.#batchHandle(added[0]!.unit, id, jobs, handles[requests.length]);
  }

  /** A batch that was added before, here or elsewhere. Throws `jobNotFound`. */
  async getBatch(id: string): Promise<JobBatch> {
    for (const unit of this.parts.units.all()) {
      await unit.open();
      const members = await unit.store.getJobs({ batchId: id, order: "oldest" });
      if (members.length === 0) continue;
      const handleOf = (id: string) => this.jobHandle({ unit, id, outcome: "deduplicated" });
      const [completion] = await unit.store.getJobs({ ids: [id + COMPLETION] });
      const jobs = members.map((job) => handleOf(job.id));
      return this.#batchHandle(unit, id, jobs, completion && handleOf(completion.id));
    }
    throw new CarillonError("jobNotFound", `There is no job of a batch '${id}'`, {
      details: { batchId: id },
    });
  }

  /** The jobs that a job waits or waited for, in the order of its `after`. Throws `jobNotFound`. */
  async getParents(jobId: string): Promise<Job[]> {
    const { unit } = await this.parts.units.job(jobId);
    return (await unit.store.getParents(jobId)).parents.map(jobView);
  }

  #batchHandle<Jobs extends readonly JobHandle[]>(
    unit: StoreUnit,
    id: string,
    jobs: Jobs,
    completion: JobHandle | undefined,
  ): JobBatch<Jobs> {
    return {
      id,
      jobs,
      completion,
      status: () => statusOf(unit, id),
      results: async (options) => await Promise.all(jobs.map((job) => this.getJobResult(job.id, options))),
      cancel: (reason = "its batch was cancelled") => unit.cancel(jobs.map((job) => job.id), reason),
    };
  }
}

async function statusOf(unit: StoreUnit, id: string): Promise<JobBatchStatus> {
  await unit.open();
  const states = await unit.store.countJobs({ batchId: id });
  const others = jobOutcomes.filter((outcome) => outcome !== "success");
  const failed = await unit.store.getJobs({ batchId: id, outcomes: others });
  const count = (outcome: JobOutcome) => failed.filter((job) => job.outcome === outcome).length;
  const outcomes = Object.fromEntries(others.map((outcome) => [outcome, count(outcome)])) as Record<
    JobOutcome,
    number
  >;
  outcomes.success = states.finished - failed.length;
  const total = Object.values(states).reduce((sum, one) => sum + one, 0);
  return { id, total, isComplete: total === states.finished, states, outcomes };
}

/** The job that waits for all of a batch, and for what else it says. */
function completing(requests: readonly JobRequest[], { task, input, options }: JobRequest): JobRequest {
  const after = [...requests, ...options.after ?? []];
  return { task, input, options: { onParentFailure: "continue", ...options, after } };
}

/** A job that stands for another one could be of no batch, or of another. */
function refuseIdentity({ options }: JobRequest): void {
  for (const way of ["idempotencyKey", "unique", "debounce"] as const) {
    if (options[way] === undefined) continue;
    throw optionError(way, "a job of a batch", "cannot be given: give the batch an 'id'", options[way]);
  }
}
