import type { CompleteIn } from "../../context/task_context.ts";
import { CarillonError } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { type Payload, refuseTooLarge } from "../../model/payload.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { validateOutput } from "../../registry/validate.ts";
import { encodePayload } from "../../serializers/payload.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRun, RunCompletion } from "./job_run.ts";

/** The parts on which a completion works. */
export interface JobCompletionParts {
  readonly run: JobRun;
  readonly task: RegisteredTask;
  readonly settings: RunSettings;
  readonly environment: Environment;
  readonly gateway: StoreGateway;
}

/** The completion of a run within a transaction of its function: only the store knows whether it was committed. */
export class JobCompletion implements RunCompletion {
  readonly #parts: JobCompletionParts;
  #value: unknown;
  #payload: Payload | null = null;
  #isTried = false;

  constructor(parts: JobCompletionParts) {
    this.#parts = parts;
  }

  get isTried(): boolean {
    return this.#isTried;
  }

  /** Ends the run as a success within the transaction. */
  readonly writeIn: CompleteIn = async (transaction, value) => {
    const { run, task, settings, environment: { serializer, maxResultBytes }, gateway } = this.#parts;
    this.#refuseTooLate();
    const checked = await validateOutput(task, value);
    const payload = encodePayload(checked, serializer);
    const what = `result of task '${task.name}'`;
    refuseTooLarge(payload, { max: maxResultBytes, option: "maxResultBytes", what });
    const keepMs = settings.retention.successMs;
    const transition = { to: "finished", outcome: "success", value: payload, error: null, keepMs } as const;
    const wasTried = this.#isTried;
    // From now on it may be committed, also where this call seems to fail.
    this.#isTried = true;
    if (!await gateway.jobs.endWithin(transaction, { fence: run.fence, transition })) {
      throw wasTried ? completedBefore(run.job) : notOurs(run.job);
    }
    this.#value = checked;
    this.#payload = payload;
  };

  async settle(durationMs: number | null): Promise<boolean> {
    const { run, environment: { logger }, gateway } = this.#parts;
    const job = this.#isTried ? await this.#committed() : undefined;
    if (!job) return false;
    logger.debug("job completed within a transaction", { job: job.id });
    run.ended = { to: "finished", outcome: "success", value: job.value, error: null, keepMs: null };
    gateway.jobs.publishFinishedWithin(job, { durationMs, local: { value: this.#value } });
    return true;
  }

  /** The job as stored, if the transaction that completed it was committed. */
  async #committed(): Promise<JobRecord | undefined> {
    const { run: { job, fence }, gateway } = this.#parts;
    const [stored] = await gateway.store.getJobs({ ids: [job.id] });
    const isThisRun = stored?.seq === fence.seq && stored.claimNumber === fence.claimNumber;
    const isSuccess = isThisRun && stored.state === "finished" && stored.outcome === "success";
    // The function's own result may have been written instead, after a rollback.
    return isSuccess && stored.value === this.#payload ? stored : undefined;
  }

  /** A run that has timed out can no longer succeed, nor one that another scheduler may run by now. */
  #refuseTooLate(): void {
    const { run } = this.#parts;
    if (run.cause?.kind === "timeout" || run.cause?.kind === "leaseLost") run.throwIfAborted();
  }
}

function notOurs({ id, taskName }: JobRecord): CarillonError {
  return new CarillonError(
    "leaseLost",
    `Job ${id} cannot be completed: its scheduler lost its lease, and another one may run it by now; roll the ` +
      "transaction back",
    { details: { jobId: id, taskName } },
  );
}

function completedBefore({ id, taskName }: JobRecord): CarillonError {
  return new CarillonError(
    "invalidState",
    `Job ${id} is completed already, in this transaction or one before; call completeIn() once`,
    { details: { jobId: id, taskName } },
  );
}
