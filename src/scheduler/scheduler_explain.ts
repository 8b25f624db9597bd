import { explainJob } from "./explain/explain_job.ts";
import type { Explanation } from "./explain/explain.ts";
import { SchedulerBulk } from "./scheduler_bulk.ts";

/** What a scheduler can say about why something does not happen. */
export abstract class SchedulerExplain extends SchedulerBulk {
  /**
   * Says why a job is not running, in one sentence and as facts: it is not due, a limit and who holds it, a pause,
   * nobody alive who knows its task, parked and why; or how it stands, when it runs or is finished. Throws
   * `jobNotFound`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const report = task({ name: "report", run() {} });
   * await using scheduler = new Scheduler({ tasks: [report] });
   * await scheduler.startInBackground();
   * await scheduler.pauseTask(report);
   * const job = await scheduler.addJob(report);
   * const { sentence, causes } = await scheduler.explain(job.id);
   * console.assert(causes[0]?.cause === "taskPaused");
   * console.assert(sentence.endsWith("is not running: task 'report' is paused"));
   * ```
   */
  async explain(jobId: string): Promise<Explanation> {
    return await explainJob(jobId, this.parts.units, this.parts.environment);
  }
}
