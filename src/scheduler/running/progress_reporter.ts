import { jobProgress } from "../../context/job_facts.ts";
import type { ProgressInput } from "../../context/task_context.ts";
import { messageOf } from "../../errors.ts";
import type { JobProgress } from "../../model/job_record.ts";
import { Throttle, type ThrottledWork } from "../../time/throttle.ts";
import type { Environment } from "../environment.ts";
import type { JobGateway } from "../store/gateway/job_gateway.ts";
import type { JobRun } from "./job_run.ts";

/** Least time between two writes of a job's progress. */
const WRITE_EVERY_MS = 500;

/** Writes a job's latest progress now and then, so that a tight loop may report it. */
export class ProgressReporter implements ThrottledWork {
  readonly #environment: Environment;
  readonly #jobs: JobGateway;
  readonly #run: JobRun;
  readonly #throttle: Throttle;
  #latest: JobProgress | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(environment: Environment, jobs: JobGateway, run: JobRun) {
    this.#environment = environment;
    this.#jobs = jobs;
    this.#run = run;
    this.#throttle = new Throttle(environment.clock, this, WRITE_EVERY_MS);
  }

  /** Notes progress; the first one is written at once. Reports after the job's end are ignored. */
  report(input: ProgressInput, message?: string): void {
    if (this.#closed) return;
    this.#latest = jobProgress(input, message, this.#environment.clock.nowMs());
    this.#throttle.ask();
  }

  /** Writes what is left and stops. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#throttle.cancel();
    this.flush();
    await this.#writing;
  }

  flush(): void {
    const latest = this.#latest;
    this.#latest = undefined;
    if (latest !== undefined) this.#writing = this.#writing.then(() => this.#write(latest));
  }

  async #write(progress: JobProgress): Promise<void> {
    const { job, fence } = this.#run;
    try {
      await this.#jobs.progress(job, fence, progress);
    } catch (error) {
      const { logger } = this.#environment;
      logger.debug("the progress of a job was not written", { job: job.id, error: messageOf(error) });
    }
  }
}
