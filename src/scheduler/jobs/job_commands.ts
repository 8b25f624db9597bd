import { CarillonError } from "../../errors.ts";
import type { JobOptions } from "../../model/job_options.ts";
import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { JobTransaction } from "../../model/job_transaction.ts";
import { checkMetadata, checkPriority, refuseUnknownOptions } from "../../model/option_checks.ts";
import type { Metadata } from "../../model/payload.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import { epochMsOf, type MomentInput } from "../../time/moment.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { encodeInput } from "../tasks/task_input.ts";
import { type Job, jobView } from "../views/job.ts";
import type { AddedJob, JobHandle, JobHandles } from "./handles.ts";
import { newJobId } from "./job_id.ts";
import type { JobRequest } from "./job_request.ts";
import { linkedRequests } from "./linked_requests.ts";
import { withParentErrors } from "./parent_errors.ts";
import { CallClock, type JobPreparer, type PreparedJob } from "./prepare_jobs.ts";

/** Options of {@linkcode Scheduler.updateJob}; what is left out stays. */
export interface JobEditOptions {
  /** Not before this instant; `"now"` is at once. @default unchanged */
  readonly runAt?: "now" | MomentInput;
  /** @default unchanged */
  readonly priority?: number;
  /** Checked by the task's schema. @default unchanged */
  readonly input?: unknown;
  /** Replaces its metadata. @default unchanged */
  readonly metadata?: Metadata;
}

/** Adds jobs, and changes those that are there. */
export class JobCommands {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #preparer: JobPreparer;
  readonly #handles: JobHandles;

  constructor(environment: Environment, units: StoreUnits, preparer: JobPreparer, handles: JobHandles) {
    this.#environment = environment;
    this.#units = units;
    this.#preparer = preparer;
    this.#handles = handles;
  }

  /** Adds one job. Throws `unknownTask`, `invalidInput` or `invalidOption`. */
  async add(reference: TaskReference, input: unknown, options?: JobOptions): Promise<JobHandle> {
    const preparing = this.#preparer.one(reference, input, options);
    const { unit, job, transaction } = preparing instanceof Promise ? await preparing : preparing;
    if (transaction !== undefined) return this.#handles.of((await addWithin(unit, transaction, [job]))[0]!);
    const { id, outcome } = await withParentErrors(this.#units, unit, () => unit.adder.add(job));
    return this.#handles.of({ unit, id, outcome });
  }

  /** Adds a job for each input, all in one step. Throws what `add` throws. */
  async addAll(
    reference: TaskReference,
    inputs: readonly unknown[],
    options?: JobOptions,
  ): Promise<JobHandle[]> {
    const added = await this.#addPrepared(await this.#preparer.all(reference, inputs, options));
    return added.map((job) => this.#handles.of(job));
  }

  /** Adds requested jobs that may wait for each other, all in one step. Throws what `add` throws. */
  async addRequests(requests: readonly JobRequest[], store: string | undefined): Promise<JobHandle[]> {
    const added = await this.#addLinked(requests, store);
    return added.map((job) => this.#handles.of(job));
  }

  /** Adds the members of a batch and, behind them, the job that completes it. Throws what `add` throws. */
  async addBatchRequests(
    requests: readonly JobRequest[],
    store: string | undefined,
    batch: { readonly id: string; readonly size: number },
  ): Promise<readonly AddedJob[]> {
    return await this.#addLinked(requests, store, batch);
  }

  /** Changes a waiting job. Throws `jobNotFound` and `invalidState`. */
  async update(id: string, change: JobEditOptions): Promise<Job> {
    refuseUnknownOptions(change, ["runAt", "priority", "input", "metadata"], `the change of job ${id}`);
    const { unit, record } = await this.#units.job(id);
    const { runAt, priority, metadata } = change;
    const task = { name: record.taskName, code: this.#environment.registry.find(record.taskName) };
    const { timeZone } = this.#environment;
    const updated = await unit.gateway.jobs.update(id, {
      ...(runAt === undefined
        ? {}
        : { runAtMs: runAt === "now" ? null : epochMsOf(runAt, "runAt", timeZone) }),
      ...(priority === undefined ? {} : { priority: checkPriority(priority, `job ${id}`) }),
      ...("input" in change
        ? { input: (await encodeInput(task, change.input, this.#environment)).input }
        : {}),
      ...("input" in change && task.code ? { taskVersion: task.code.version } : {}),
      ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata, `job ${id}`) }),
    });
    unit.wakeJobs();
    if (updated) return jobView(updated);
    throw wrongState(record, "changed", "it must be waiting");
  }

  /** Cancels a job, and returns it as it is then. Throws `jobNotFound`. */
  async cancel(id: string, reason: string): Promise<Job> {
    const { unit } = await this.#units.job(id);
    await unit.cancel([id], reason);
    return jobView((await this.#units.job(id)).record);
  }

  /** Runs a finished or parked job again. Throws `jobNotFound` and `invalidState`. */
  async retry(id: string): Promise<Job> {
    const { unit, record } = await this.#units.job(id);
    const [job] = await unit.gateway.jobs.retry([id]);
    unit.wakeJobs();
    if (job) return jobView({ ...job, input: record.input });
    const why = jobView(record).parkedReason;
    throw wrongState(record, "retried", why ?? "it must be finished or parked");
  }

  /** Deletes a job. Throws `jobNotFound` and `invalidState`. */
  async remove(id: string): Promise<void> {
    const { unit, record } = await this.#units.job(id);
    const removed = await unit.gateway.jobs.remove([id]);
    unit.wakeJobs();
    if (removed.length === 0) {
      throw wrongState(record, "removed", "it must not be running; cancel it first");
    }
  }

  /** Adds requested jobs, and returns them in the order given; the first ones are the members of `batch`. */
  async #addLinked(
    requests: readonly JobRequest[],
    store: string | undefined,
    batch?: { readonly id: string; readonly size: number },
  ): Promise<readonly AddedJob[]> {
    const nowMs = this.#environment.clock.nowMs();
    const isMember = (place: number) => batch !== undefined && place < batch.size;
    const idOf = (place: number) =>
      batch === undefined ? newJobId(nowMs) : `${batch.id}:${isMember(place) ? place : "complete"}`;
    const clock = new CallClock();
    const linked = linkedRequests(requests, idOf);
    const prepared = await Promise.all(linked.map(async ({ request, options, place }) => {
      const all = store === undefined ? options : { ...options, store };
      const one = await this.#preparer.one(request.task, request.input, all, clock);
      return isMember(place) ? { ...one, job: { ...one.job, batchId: batch!.id } } : one;
    }));
    const added = await this.#addPrepared(prepared);
    return linked.map(({ place }, index) => ({ place, job: added[index]! }))
      .sort((a, b) => a.place - b.place).map(({ job }) => job);
  }

  /** Adds prepared jobs of one store in one step, or within one transaction of the caller's. */
  async #addPrepared(prepared: readonly PreparedJob[]): Promise<readonly AddedJob[]> {
    const { unit, transaction } = prepared[0] ?? {};
    if (!unit) return [];
    const jobs = prepared.map(({ job }) => job);
    if (transaction !== undefined) return await addWithin(unit, transaction, jobs);
    const answers = await withParentErrors(this.#units, unit, () => unit.adder.addAll(jobs));
    return answers.map(({ id, outcome }) => ({ unit, id, outcome }));
  }
}

/** Adds jobs within a transaction of the caller's. Wakes no worker: it is not committed yet. */
async function addWithin(
  unit: StoreUnit,
  transaction: JobTransaction,
  added: readonly NewJob[],
): Promise<readonly AddedJob[]> {
  const { jobs, pending } = await unit.gateway.jobs.addWithin(transaction, added);
  return jobs.map(({ id, outcome }) => ({ unit, id, outcome, pending }));
}

function wrongState({ id, state }: JobRecord, what: string, rule: string): CarillonError {
  return new CarillonError("invalidState", `Job ${id} cannot be ${what} while it is ${state}; ${rule}`, {
    details: { jobId: id, state },
  });
}
