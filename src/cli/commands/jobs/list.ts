import type { JobsFilter } from "../../../scheduler/scheduler_jobs.ts";
import { jobOutcomes, jobStates } from "../../../model/states.ts";
import type { Command } from "../../command.ts";
import type { CommandContext } from "../../command_context.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { oneOf, wholeNumber } from "../../option_values.ts";
import { jobsTable } from "../../render/job_text.ts";

/** How many jobs are listed unless told otherwise. */
const LIMIT = 20;

/** `jobs list`. */
export const listJobsCommand: Command = {
  name: "list",
  summary: "List jobs, the newest first",
  options: [
    { name: "task", value: "NAME", summary: "Only those of this task" },
    { name: "schedule", value: "ID", summary: "Only those of this schedule" },
    { name: "state", value: "STATE", summary: `Only those in this state: ${jobStates.join(", ")}` },
    { name: "outcome", value: "OUTCOME", summary: `Only those with this outcome: ${jobOutcomes.join(", ")}` },
    { name: "limit", value: "N", summary: `At most so many (default ${LIMIT})` },
    ...settingOptions("store"),
    ...configurationOptions,
  ],
  examples: ["jobs list --outcome error", "jobs list --task report.daily --limit 5 --json"],
  async run(context) {
    const filter = filterOf(context);
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

function filterOf(context: CommandContext): JobsFilter {
  const taskName = context.option("task");
  const scheduleId = context.option("schedule");
  const state = oneOf(context, "state", jobStates);
  const outcome = oneOf(context, "outcome", jobOutcomes);
  return {
    limit: wholeNumber(context, "limit") ?? LIMIT,
    ...(taskName === undefined ? {} : { taskName }),
    ...(scheduleId === undefined ? {} : { scheduleId }),
    ...(state === undefined ? {} : { states: [state] }),
    ...(outcome === undefined ? {} : { outcomes: [outcome] }),
  };
}
