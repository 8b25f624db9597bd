import { bulkFilterOf, bulkOptions, jobIdsArgument, printBulk } from "../../bulk_jobs.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";

/** `jobs remove [id]...`. */
export const removeJobsCommand: Command = {
  name: "remove",
  summary: "Delete jobs that do not run, with their results and history",
  arguments: [jobIdsArgument],
  options: [...bulkOptions, ...settingOptions("store"), ...configurationOptions],
  examples: ["jobs remove --outcome success --dry-run", "jobs remove --task report.daily --state finished"],
  async run(context) {
    const filter = bulkFilterOf(context);
    const ids = context.arguments("id");
    const preview = context.flag("dry-run");
    const answer = await withClient(context, async (scheduler) => {
      if (filter) return await scheduler.removeJobs(filter, { preview });
      // A mistyped id is seen before anything is deleted.
      await Promise.all(ids.map((id) => scheduler.getJob(id)));
      return await scheduler.removeJobs({ ids });
    });
    printBulk(context, answer, "removed");
  },
};
