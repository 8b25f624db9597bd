import { jobOutcomes, jobStates } from "../model/states.ts";
import type { JobsFilter } from "../scheduler/scheduler_jobs.ts";
import type { OptionSpec } from "./command.ts";
import type { CommandContext } from "./command_context.ts";
import { oneOf, wholeNumber } from "./option_values.ts";

/** The options that choose jobs. */
export const jobFilterOptions: readonly OptionSpec[] = [
  { name: "task", value: "NAME", summary: "Only those of this task" },
  { name: "schedule", value: "ID", summary: "Only those of this schedule" },
  { name: "batch", value: "ID", summary: "Only those of this batch" },
  { name: "added-by", value: "ID", summary: "Only those that the run of this job has added" },
  { name: "after", value: "ID", summary: "Only those that wait, or waited, for this job" },
  { name: "state", value: "STATE", summary: `Only those in this state: ${jobStates.join(", ")}` },
  { name: "outcome", value: "OUTCOME", summary: `Only those with this outcome: ${jobOutcomes.join(", ")}` },
];

/** The filter that these options make, and `--limit` where it is given. Throws `usage`. */
export function jobFilterOf(context: CommandContext): JobsFilter {
  const taskName = context.option("task");
  const scheduleId = context.option("schedule");
  const batchId = context.option("batch");
  const addedBy = context.option("added-by");
  const after = context.option("after");
  const state = oneOf(context, "state", jobStates);
  const outcome = oneOf(context, "outcome", jobOutcomes);
  const limit = wholeNumber(context, "limit");
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(taskName === undefined ? {} : { taskName }),
    ...(scheduleId === undefined ? {} : { scheduleId }),
    ...(batchId === undefined ? {} : { batchId }),
    ...(addedBy === undefined ? {} : { addedBy }),
    ...(after === undefined ? {} : { after: [after] }),
    ...(state === undefined ? {} : { states: [state] }),
    ...(outcome === undefined ? {} : { outcomes: [outcome] }),
  };
}
