import { messageOf } from "../../errors.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { Timer } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRun } from "./job_run.ts";

/** The time limit of one run, and its grace once it was asked to stop. */
export class RunGuards {
  readonly #run: JobRun;
  readonly #timeoutMs: number | null;
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  #grace: Timer | undefined;
  #isOver = false;
  /** The rest of its time, and since when that has been counted. */
  #leftMs: number;
  #sinceMs = 0;
  #limit: Timer | undefined;

  constructor(run: JobRun, settings: RunSettings, environment: Environment, gateway: StoreGateway) {
    this.#run = run;
    this.#timeoutMs = settings.timeoutMs;
    this.#leftMs = settings.timeoutMs ?? Infinity;
    this.#environment = environment;
    this.#gateway = gateway;
    if (run.cause !== undefined) this.onAbort();
    else run.guards = this;
  }

  /** Called by an executor when the function starts. */
  get hasStarted(): () => void {
    return () => this.started();
  }

  /** The function, or what is around it, starts: its time counts from here. Does nothing while it does already. */
  started(): void {
    if (this.#timeoutMs === null || this.#limit !== undefined || this.#isOver) return;
    const message = `The job ran longer than its timeout of ${this.#timeoutMs / 1000} s`;
    const { clock } = this.#environment;
    this.#sinceMs = clock.monotonicMs();
    this.#limit = clock.setTimer(() => this.#run.abort({ kind: "timeout", message }), this.#leftMs, {
      keepAlive: false,
    });
  }

  /** Its time does not count until it starts again: it waits for a place to run in. */
  waits(): void {
    if (this.#limit === undefined) return;
    this.#limit.cancel();
    this.#limit = undefined;
    this.#leftMs = Math.max(0, this.#leftMs - (this.#environment.clock.monotonicMs() - this.#sinceMs));
  }

  /** The run has ended. */
  dispose(): void {
    this.#isOver = true;
    this.#run.guards = undefined;
    this.#limit?.cancel();
    this.#grace?.cancel();
  }

  /** The run was asked to stop: it is ended where it has not stopped after its grace. */
  onAbort(): void {
    if (this.#isOver) return;
    const { clock, abortGraceMs } = this.#environment;
    const end = () => void terminateRun(this.#run, this.#environment, this.#gateway);
    this.#grace = clock.setTimer(end, abortGraceMs, { keepAlive: false });
  }
}

/**
 * Ends a run that ignored its signal, once. Resolves to true if its executor could do that; else the job is reported
 * stuck.
 */
export function terminateRun(
  run: JobRun,
  environment: Environment,
  gateway: StoreGateway,
): Promise<boolean> {
  return run.termination ??= terminate(run, environment, gateway);
}

async function terminate(
  run: JobRun,
  { logger, jobLoops }: Environment,
  { jobs }: StoreGateway,
): Promise<boolean> {
  const fields = { job: run.job.id, task: run.job.taskName, reason: run.cause?.message ?? "" };
  try {
    if (await run.terminate?.()) {
      logger.warn("job terminated: it ignored its abort signal", fields);
      return true;
    }
  } catch (error) {
    logger.error("terminating a job failed", { ...fields, error: messageOf(error) });
  }
  jobs.publish("jobStuck", run.job, { reason: fields.reason });
  logger.warn("job is stuck: it ignores its abort signal and keeps its slot", fields);
  // Its executor may have opened another place.
  jobLoops.slotFreed();
  return false;
}
