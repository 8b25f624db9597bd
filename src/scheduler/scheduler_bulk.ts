import { refuseUnknownOptions } from "../model/option_checks.ts";
import { type BulkAction, type BulkAnswer, bulkAnswer, bulkJobs, refuseNoFilter } from "./jobs/bulk_jobs.ts";
import { SchedulerJobHistory } from "./scheduler_job_history.ts";
import { jobFilterKeys } from "./jobs/job_commands.ts";
import type { JobsFilter } from "./scheduler_jobs.ts";
import type { JobRecord } from "../model/job_record.ts";

/** Which jobs are cancelled, retried or removed; a missing key does not restrict, but one must. */
export type BulkFilter = Omit<JobsFilter, "offset" | "order">;

/** Options of what is done with many jobs at once. */
export interface BulkOptions {
  /** Only tells what would be done. @default false */
  readonly preview?: boolean;
}

/** Options of {@linkcode SchedulerBulk.cancelJobs}. */
export interface CancelJobsOptions extends BulkOptions {
  /** Why; told to the jobs and kept with them. @default "it was cancelled" */
  readonly reason?: string;
}

/** Which part of a list, and in which order, means nothing where all that match are meant. */
const pageKeys: ReadonlySet<string> = new Set(["offset", "order", "afterSeq"]);
const filterKeys = [...jobFilterKeys.filter((key) => !pageKeys.has(key)), "store"];

/** What a scheduler can do about many jobs at once: in small steps, about those that match when it is called. */
export abstract class SchedulerBulk extends SchedulerJobHistory {
  /**
   * Cancels the jobs that match and are not finished: waiting ones at once, running ones by their signal. Throws
   * `invalidOption` for a filter that restricts nothing.
   *
   * @example Look first
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const mail = task({ name: "mail", run() {} });
   * await using scheduler = new Scheduler({ tasks: [mail] });
   * await scheduler.addJob(mail, undefined, { delay: { hours: 1 } });
   * const would = await scheduler.cancelJobs({ taskName: "mail" }, { preview: true });
   * console.assert(would.count === 1);
   * const did = await scheduler.cancelJobs({ taskName: "mail" }, { reason: "the newsletter was wrong" });
   * console.assert(did.byTask["mail"] === 1);
   * ```
   */
  async cancelJobs(filter: BulkFilter, options: CancelJobsOptions = {}): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview", "reason"], "cancelJobs");
    return await this.#bulk("cancel", filter, options, options.reason);
  }

  /**
   * Runs the finished and parked jobs that match again, each with a fresh retry budget. Those that succeeded are left
   * alone, unless `outcomes` or `ids` asks for them. Throws `invalidOption` for a filter that restricts nothing.
   *
   * @example Retry what a broken server has failed
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const server = { up: false };
   * const call = task({
   *   name: "call",
   *   run() {
   *     if (!server.up) throw new Error("the server is down");
   *   },
   * });
   * await using scheduler = new Scheduler({ tasks: [call] });
   * const job = await scheduler.addJob(call);
   * await scheduler.runUntilIdle();
   * server.up = true;
   * const { ids } = await scheduler.retryJobs({ taskName: "call", outcomes: ["error"] });
   * await scheduler.runUntilIdle();
   * console.assert(ids[0] === job.id && (await job.status()).outcome === "success");
   * ```
   */
  async retryJobs(filter: BulkFilter, options: BulkOptions = {}): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview"], "retryJobs");
    return await this.#bulk("retry", filter, options);
  }

  /**
   * Deletes the jobs that match, with their results and history; not those that run. Throws `invalidOption` for a
   * filter that restricts nothing.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const ping = task({ name: "ping", run() {} });
   * await using scheduler = new Scheduler({ tasks: [ping] });
   * await scheduler.runJob(ping);
   * const { count } = await scheduler.removeJobs({ outcomes: ["success"] });
   * console.assert(count === 1);
   * ```
   */
  async removeJobs(filter: BulkFilter, options: BulkOptions = {}): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview"], "removeJobs");
    return await this.#bulk("remove", filter, options);
  }

  async #bulk(
    action: BulkAction,
    { store, limit = Infinity, ...filter }: BulkFilter,
    { preview = false }: BulkOptions,
    reason = "it was cancelled",
  ): Promise<BulkAnswer> {
    const what = `${action}Jobs`;
    refuseUnknownOptions(filter, filterKeys, `the filter of ${what}`);
    refuseNoFilter(filter, what);
    const units = store === undefined ? this.parts.units.all() : [this.parts.units.get(store)];
    const jobs: JobRecord[] = [];
    for (const unit of units) {
      const left = limit - jobs.length;
      jobs.push(...await bulkJobs(unit, { action, filter: { ...filter, limit: left }, preview, reason }));
    }
    return bulkAnswer(jobs, preview);
  }
}
