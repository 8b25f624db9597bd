import { CarillonError } from "../errors.ts";
import type { DataStore } from "../stores/data_store.ts";
import { SchedulerBatches } from "./scheduler_batches.ts";
import { attemptView, type JobAttempt, type JobLogs, logsView } from "./views/job_history.ts";

/** What a scheduler can tell of jobs' runs. */
export abstract class SchedulerJobHistory extends SchedulerBatches {
  /**
   * Every attempt of a job, oldest first, the one that runs included: who ran it, when, and how it ended. The last
   * hundred are kept, as long as the job is. Throws `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const flaky = task({
   *   name: "flaky",
   *   retry: { maxAttempts: 2, base: { milliseconds: 1 } },
   *   run(_input, { job }) {
   *     if (job.attempt === 1) throw new Error("not yet");
   *   },
   * });
   * await using scheduler = new Scheduler({ tasks: [flaky] });
   * const job = await scheduler.addJob(flaky);
   * await scheduler.runUntilIdle({ until: "empty" });
   * const attempts = await scheduler.getJobAttempts(job.id);
   * console.assert(attempts.map(({ outcome }) => outcome).join() === "error,success");
   * ```
   */
  async getJobAttempts(id: string): Promise<JobAttempt[]> {
    return (await this.#fromStore(id, (store) => store.getAttempts(id))).map(attemptView);
  }

  /**
   * The log of a job: what its task wrote with `log` in all attempts. The last thousand lines are kept, within 256 KiB,
   * as long as the job is. A running job's lines are there half a second later; live, they are `jobLog` events. Throws
   * `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const sync = task({ name: "sync", run: (_input, { log }) => log.info("copied", { files: 3 }) });
   * await using scheduler = new Scheduler({ tasks: [sync] });
   * const job = await scheduler.addJob(sync);
   * await scheduler.runUntilIdle();
   * const { lines } = await scheduler.getJobLogs(job.id);
   * console.assert(lines[0]?.message === "copied" && lines[0].fields["files"] === 3);
   * ```
   */
  async getJobLogs(id: string): Promise<JobLogs> {
    return logsView(await this.#fromStore(id, (store) => store.getLogs(id)));
  }

  async #fromStore<Answer>(
    id: string,
    ask: (store: DataStore) => Promise<Answer | undefined>,
  ): Promise<Answer> {
    const { unit } = await this.parts.units.job(id);
    const answer = await ask(unit.store);
    if (answer !== undefined) return answer;
    throw new CarillonError("jobNotFound", `Job ${id} is gone: it was removed, or its retention is over`, {
      details: { jobId: id },
    });
  }
}
