import { CarillonError } from "../../../errors.ts";
import type { Scheduler } from "../../../preset/scheduler.ts";
import { bulkFilterOf, bulkOptions, jobIdsArgument, printBulk } from "../../bulk_jobs.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";

/** `jobs retry [id]...`. */
export const retryJobCommand: Command = {
  name: "retry",
  summary: "Run finished or parked jobs again, with a fresh retry budget",
  details:
    "By the options, of finished jobs only those that did not succeed, unless --outcome says otherwise.",
  arguments: [jobIdsArgument],
  options: [...bulkOptions, ...settingOptions("store"), ...configurationOptions],
  examples: ["jobs retry --outcome error --dry-run", "jobs retry --task mail.digest"],
  async run(context) {
    const ids = context.arguments("id");
    const filter = bulkFilterOf(context);
    if (filter) {
      const retry = (scheduler: Scheduler) =>
        scheduler.retryJobs(filter, { preview: context.flag("dry-run") });
      return printBulk(context, await withClient(context, retry), "run again");
    }
    const jobs = await withClient(context, async (scheduler) => {
      // All of them or none: see that each can be retried before the first one is.
      const before = await Promise.all(ids.map((id) => scheduler.getJob(id)));
      const unfit = before.find(({ state }) => state !== "finished" && state !== "parked");
      if (unfit !== undefined) {
        throw new CarillonError(
          "invalidState",
          `Job ${unfit.id} cannot be retried while it is ${unfit.state}; it must be finished or parked`,
          { details: { jobId: unfit.id, state: unfit.state } },
        );
      }
      return await Promise.all(ids.map((id) => scheduler.retryJob(id)));
    });
    context.print(
      jobs,
      () => jobs.map(({ id, taskName }) => `Job ${id} of task '${taskName}' runs again`).join("\n"),
    );
  },
};
