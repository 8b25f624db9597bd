import { CarillonError } from "../../errors.ts";
import type { JobOptions } from "../../model/job_options.ts";
import type { JobTransaction } from "../../model/job_transaction.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { taskMetadata } from "../../model/task_record.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import type { JobFilter } from "../../stores/job_store.ts";
import type { Environment } from "../environment.ts";
import { newJobId } from "./job_id.ts";
import type { JobRequest } from "./job_request.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { scheduleJob } from "./job_write.ts";
import { linkedRequests } from "./linked_requests.ts";
import { explainMissingParent } from "./missing_parent.ts";
import { JobPreparer, type PreparedJob } from "./prepare_jobs.ts";
import { settingsOf } from "./task_input.ts";

/** What jobs can be found by. */
export const jobFilterKeys = [
  "ids",
  "after",
  "taskName",
  "scheduleId",
  "batchId",
  "addedBy",
  "states",
  "outcomes",
  "owner",
  "afterSeq",
  "order",
  "limit",
  "offset",
] as const satisfies readonly (keyof JobFilter)[];

/** How many fire times one backfill makes into jobs at the most, unless told otherwise. */
export const BACKFILL_MAX = 1000;

/** A job that was added, and where. */
export interface AddedJob {
  readonly unit: StoreUnit;
  readonly id: string;
  readonly outcome: "added" | "deduplicated" | "replaced";
  /** Added in a transaction of the caller's: whether that may still be committed. */
  readonly pending?: () => boolean;
}

/** Which fire times of a schedule to run again. */
export interface BackfillRange {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Also those that already have a job. */
  readonly again: boolean;
  readonly limit: number;
}

/** Adds jobs and changes them. */
export class JobCommands {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #preparer: JobPreparer;

  constructor(environment: Environment, units: StoreUnits) {
    this.#preparer = new JobPreparer(environment, units);
    this.#environment = environment;
    this.#units = units;
  }

  /** Checks and encodes a job without adding it. A promise only where something has to be waited for. */
  prepare(
    reference: TaskReference,
    input: unknown,
    options?: JobOptions,
  ): PreparedJob | Promise<PreparedJob> {
    return this.#preparer.one(reference, input, options);
  }

  /** Adds one job. */
  async add(reference: TaskReference, input: unknown, options?: JobOptions): Promise<AddedJob> {
    const prepared = this.#preparer.one(reference, input, options);
    const { unit, job, transaction } = prepared instanceof Promise ? await prepared : prepared;
    if (transaction !== undefined) return (await addWithin(unit, transaction, [job]))[0]!;
    const { id, outcome } = await explainMissingParent(this.#units, unit, () => unit.adder.add(job));
    return { unit, id, outcome };
  }

  /** Adds a job for each input, all in one step. */
  async addAll(
    reference: TaskReference,
    inputs: readonly unknown[],
    options?: JobOptions,
  ): Promise<readonly AddedJob[]> {
    return await this.#addPrepared(await this.#preparer.all(reference, inputs, options));
  }

  /**
   * Adds requested jobs that may wait for each other, all in one step; answers them in the order given. With `batch`
   * the first ones are its members, and what comes behind them is added when they are over.
   */
  async addRequests(
    requests: readonly JobRequest[],
    store: string | undefined,
    batch?: { readonly id: string; readonly size: number },
  ): Promise<readonly AddedJob[]> {
    const nowMs = this.#environment.clock.nowMs();
    const isMember = (place: number) => batch !== undefined && place < batch.size;
    const idOf = (place: number) =>
      batch === undefined ? newJobId(nowMs) : `${batch.id}:${isMember(place) ? place : "complete"}`;
    const linked = linkedRequests(requests, idOf);
    const prepared = await Promise.all(linked.map(async ({ request, options, place }) => {
      const all = store === undefined ? options : { ...options, store };
      const one = await this.#preparer.one(request.task, request.input, all);
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
    const answers = await explainMissingParent(this.#units, unit, () => unit.adder.addAll(jobs));
    return answers.map(({ id, outcome }) => ({ unit, id, outcome }));
  }

  /** Adds a job of a schedule now, outside its fire times. */
  async runScheduleNow(id: string): Promise<AddedJob> {
    const { unit, record } = await this.#units.schedule(id);
    const [job] = await this.#scheduleJobs(unit, record, [null], false);
    const { outcome } = await unit.adder.add(job!);
    return { unit, id: job!.id, outcome };
  }

  /** Makes fire times of the past into jobs, those that have none yet unless told otherwise. */
  async backfill(id: string, range: BackfillRange): Promise<readonly AddedJob[]> {
    const { unit, record } = await this.#units.schedule(id);
    const fireTimesMs = await this.#fireTimes(unit, record, range);
    const known = range.again ? [] : await unit.store.getFireTimes(record.seq, fireTimesMs);
    const missing = fireTimesMs.filter((fireTimeMs) => !known.includes(fireTimeMs));
    const jobs = await this.#scheduleJobs(unit, record, missing, range.again);
    const answer = jobs.length > 0 ? await unit.adder.addAll(jobs) : [];
    return answer.map((job) => ({ unit, id: job.id, outcome: job.outcome }));
  }

  async #fireTimes(
    unit: StoreUnit,
    record: ScheduleRecord,
    range: BackfillRange,
  ): Promise<readonly number[]> {
    await unit.triggers.refreshCalendars();
    const { trigger, context } = unit.triggers.read(record);
    const fireTimesMs: number[] = [];
    let next = trigger.nextAfterMs(range.fromMs - 1, context);
    while (next !== undefined && next <= range.untilMs) {
      if (fireTimesMs.length === range.limit) throw tooMany(record.id, range.limit);
      fireTimesMs.push(next);
      next = trigger.nextAfterMs(next, context);
    }
    return fireTimesMs;
  }

  async #scheduleJobs(
    unit: StoreUnit,
    record: ScheduleRecord,
    fireTimesMs: readonly (number | null)[],
    again: boolean,
  ): Promise<readonly NewJob[]> {
    const task = { name: record.taskName, code: this.#environment.registry.find(record.taskName) };
    const settings = await settingsOf(task, unit, this.#environment, record.policies.overrides);
    const stored = unit.tasks.get(task.name);
    const nowMs = this.#environment.clock.nowMs();
    return fireTimesMs.map((fireTimeMs) =>
      scheduleJob(
        record,
        record.policies.inputVersion ?? stored?.version ?? 1,
        settings,
        stored ? taskMetadata(stored) : {},
        {
          nowMs,
          fireTimeMs,
          again,
        },
      )
    );
  }

  /** The jobs that match, from one store or all of them. */
  async list(filter: JobFilter, store?: string): Promise<readonly JobRecord[]> {
    refuseUnknownOptions(filter, jobFilterKeys, "the filter of jobs");
    const units = store === undefined ? this.#units.all() : [this.#units.get(store)];
    const { offset = 0, limit = Infinity, order } = filter;
    const [only] = units;
    if (only && units.length === 1) {
      await only.open();
      return await only.gateway.looks.getJobs(filter);
    }
    const { offset: _, limit: _l, ...rest } = filter;
    const part = limit === Infinity ? rest : { ...rest, limit: offset + limit };
    const lists = await Promise.all(units.map(async (unit) => {
      await unit.open();
      return await unit.gateway.looks.getJobs(part);
    }));
    const sign = order === "oldest" ? 1 : -1;
    return lists.flat().sort((a, b) => sign * (a.createdAtMs - b.createdAtMs)).slice(offset, offset + limit);
  }
}

/** Adds jobs within a transaction of the caller's. Nobody is woken: it is not committed yet. */
async function addWithin(
  unit: StoreUnit,
  transaction: JobTransaction,
  added: readonly NewJob[],
): Promise<readonly AddedJob[]> {
  const { jobs, pending } = await unit.gateway.jobs.addWithin(transaction, added);
  return jobs.map(({ id, outcome }) => ({ unit, id, outcome, pending }));
}

function tooMany(id: string, limit: number): CarillonError {
  return new CarillonError(
    "invalidOption",
    `The range holds more than ${limit} fire times of schedule '${id}'; take a smaller one or raise 'limit'`,
    { details: { scheduleId: id, limit } },
  );
}
