import { tryCurrentJob } from "../../context/current_job.ts";
import { tryCurrentSchedulerObject } from "../../context/current_frame.ts";
import { CarillonError } from "../../errors.ts";
import type { NewJob } from "../../model/job_record.ts";
import {
  type JobOptions,
  noJobOptions,
  type ResolvedJobOptions,
  resolveJobOptions,
} from "../../model/job_options.ts";
import { isStatementList, type JobTransaction } from "../../model/job_transaction.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { jobIdentity } from "./job_identity.ts";
import { directJob } from "./job_write.ts";
import {
  type EncodedInput,
  encodeInput,
  type NamedTask,
  namedTask,
  TaskDefaultsCache,
} from "../tasks/task_input.ts";

/** A job ready to be added. */
export interface PreparedJob {
  readonly unit: StoreUnit;
  readonly task: NamedTask;
  readonly job: NewJob;
  /** The caller's, in which it is to be added. */
  readonly transaction: JobTransaction | undefined;
}

/** The time in each store, which one call asks once, however many jobs it adds. */
export class CallClock {
  readonly #readings = new Map<StoreUnit, Promise<number>>();

  nowMs(unit: StoreUnit): Promise<number> {
    let reading = this.#readings.get(unit);
    if (reading === undefined) this.#readings.set(unit, reading = unit.store.nowMs());
    return reading;
  }
}

interface Wanted {
  readonly clock: CallClock | undefined;
  readonly unit: StoreUnit;
  readonly task: NamedTask;
  readonly options: ResolvedJobOptions;
  readonly input: unknown;
}

/** Checks and encodes jobs without adding them. A promise is only made where something has to be waited for. */
export class JobPreparer {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #defaults: TaskDefaultsCache;

  constructor(environment: Environment, units: StoreUnits) {
    this.#environment = environment;
    this.#units = units;
    this.#defaults = new TaskDefaultsCache(environment.defaults);
  }

  /** One job. */
  one(
    reference: TaskReference,
    input: unknown,
    options?: JobOptions,
    clock?: CallClock,
  ): PreparedJob | Promise<PreparedJob> {
    return this.#prepare({ ...this.#resolve(reference, options, clock), input });
  }

  /** A job of each input. */
  async all(
    reference: TaskReference,
    inputs: readonly unknown[],
    options?: JobOptions,
  ): Promise<readonly PreparedJob[]> {
    const common = this.#resolve(reference, options, new CallClock());
    await readied(common);
    return await Promise.all(inputs.map((input) => this.#prepare({ ...common, input })));
  }

  #resolve(
    reference: TaskReference,
    options: JobOptions | undefined,
    clock: CallClock | undefined,
  ): Omit<Wanted, "input"> {
    const task = namedTask(reference, this.#environment);
    const resolved = options === undefined
      ? noJobOptions
      : resolveJobOptions(options, whereOf(task), this.#environment.timeZone);
    const unit = this.#units.get(resolved.store);
    if (resolved.transaction !== undefined) refuseUnopened(unit, resolved.transaction);
    return { unit, task, options: resolved, clock };
  }

  #prepare(wanted: Wanted): PreparedJob | Promise<PreparedJob> {
    const { unit, task, options } = wanted;
    const encoded = encodeInput(task, wanted.input, this.#environment);
    const waits = encoded instanceof Promise || options.identity !== undefined;
    if (waits || !unit.tasks.isFresh(task.name) || this.#asksTime(wanted)) {
      return this.#later(wanted, encoded);
    }
    return this.#prepared(wanted, encoded, this.#environment.clock.nowMs());
  }

  async #later(wanted: Wanted, coming: EncodedInput | Promise<EncodedInput>): Promise<PreparedJob> {
    const { unit, task, input, options } = wanted;
    const [encoded] = await Promise.all([coming, readied(wanted)]);
    const identity = options.identity &&
      await jobIdentity(options.identity, input, this.#environment.serializer, whereOf(task));
    const nowMs = this.#asksTime(wanted)
      ? await (wanted.clock ?? new CallClock()).nowMs(unit)
      : this.#environment.clock.nowMs();
    const prepared = this.#prepared(wanted, encoded, nowMs);
    return identity ? { ...prepared, job: { ...prepared.job, identity } } : prepared;
  }

  /** True if something counts from now, by the store's clock. */
  #asksTime({ unit, task, options }: Wanted): boolean {
    const { settings } = this.#defaults.of(task, unit.tasks.get(task.name));
    return options.delayMs > 0 || (options.overrides.timeToLiveMs ?? settings.timeToLiveMs) !== null;
  }

  /** The job of this scheduler that the calling code runs for. */
  get #runningJobId(): string | undefined {
    return tryCurrentSchedulerObject() === this.#environment.self ? tryCurrentJob()?.id : undefined;
  }

  #prepared({ unit, task, options }: Wanted, encoded: EncodedInput, nowMs: number): PreparedJob {
    const record = unit.tasks.get(task.name);
    const { settings, metadata } = this.#defaults.of(task, record);
    const job = directJob({
      task,
      taskVersion: task.code?.version ?? record?.version ?? 1,
      input: encoded.input,
      concurrencyKey: options.concurrencyKey ?? encoded.concurrencyKey,
      rateKey: options.rateKey ?? encoded.rateKey,
      options,
      addedBy: this.#runningJobId,
      settings: options === noJobOptions ? settings : { ...settings, ...options.overrides },
      metadata,
      nowMs,
    });
    return { unit, task, job, transaction: options.transaction };
  }
}

/** Opens the store, and reads again what is remembered of the task where that is old. */
async function readied({ unit, task }: Pick<Wanted, "unit" | "task">): Promise<void> {
  await unit.open();
  await unit.tasks.fresh(task.name);
}

/** Opening writes too, and would wait for the very transaction that waits for it. */
function refuseUnopened(unit: StoreUnit, transaction: JobTransaction): void {
  if (unit.isOpen || isStatementList(transaction)) return;
  throw new CarillonError(
    "invalidState",
    `A job cannot be added in a transaction before the store '${unit.alias}' is open: call open() of the scheduler, or ` +
      "start it, before the transaction begins",
    { details: { store: unit.alias } },
  );
}

function whereOf({ name }: NamedTask): string {
  return `job of task '${name}'`;
}
