import { jobStates } from "../../../model/states.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { jobFilterOf, jobFilterOptions } from "../../job_filter.ts";
import { withClient } from "../../open_scheduler.ts";
import { jobsTable } from "../../render/job_text.ts";

/** How many jobs are listed unless told otherwise. */
const LIMIT = 20;

/** `jobs list`. */
export const listJobsCommand: Command = {
  name: "list",
  summary: "List jobs, the newest first",
  options: [
    ...jobFilterOptions,
    { name: "limit", value: "N", summary: `At most so many (default ${LIMIT})` },
    ...settingOptions("store"),
    ...configurationOptions,
  ],
  examples: ["jobs list --outcome error", "jobs list --task report.daily --limit 5 --json"],
  async run(context) {
    const filter = { limit: LIMIT, ...jobFilterOf(context) };
    const { jobs, counts } = await withClient(context, async (scheduler) => ({
      jobs: await scheduler.getJobs(filter),
      counts: await scheduler.countJobs(),
    }));
    const states = jobStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
    context.print(
      jobs,
      () =>
        jobs.length === 0
          ? "There are no such jobs"
          : `${jobsTable(jobs, context.terminal)}\n\nIn the store: ${states.join(", ")}`,
    );
  },
};
