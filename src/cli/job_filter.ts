/** The arguments and options that select jobs, for commands about many of them. */
import { jobOutcomes, jobStates } from "../model/states.ts";
import { withoutUndefined } from "../model/payload.ts";
import type { BulkFilter } from "../scheduler/jobs/bulk_jobs.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { ArgumentSpec, OptionSpec } from "./command.ts";
import type { CommandContext } from "./command_context.ts";
import { jobIdsOf, mentionedJobId, mentionedScheduleId } from "./ids.ts";
import { oneOf, wholeNumber } from "./option_values.ts";
import { usageError } from "./parse_command_line.ts";

/** The options that select jobs. */
export const jobFilterOptions: readonly OptionSpec[] = [
  { name: "task", value: "NAME", summary: "Only those of this task" },
  { name: "schedule", value: "ID", summary: "Only those of this schedule" },
  { name: "batch", value: "ID", summary: "Only those of this batch" },
  { name: "added-by", value: "ID", summary: "Only those that the run of this job has added" },
  { name: "after", value: "ID", summary: "Only those that wait, or waited, for this job" },
  { name: "state", value: "STATE", summary: `Only those in this state: ${jobStates.join(", ")}` },
  { name: "outcome", value: "OUTCOME", summary: `Only those with this outcome: ${jobOutcomes.join(", ")}` },
];

/**
 * Returns the filter that these options make, with `--limit` where it is given; ids are as they were typed, until
 * `withWholeIds`. Throws `usage`.
 */
export function jobFilterOf(context: CommandContext): BulkFilter {
  const after = context.option("after");
  const state = oneOf(context, "state", jobStates);
  const outcome = oneOf(context, "outcome", jobOutcomes);
  return withoutUndefined({
    limit: wholeNumber(context, "limit"),
    taskName: context.option("task"),
    scheduleId: context.option("schedule"),
    batchId: context.option("batch"),
    addedBy: context.option("added-by"),
    after: after === undefined ? undefined : [after],
    states: state === undefined ? undefined : [state],
    outcomes: outcome === undefined ? undefined : [outcome],
  });
}

/** Resolves to a filter with the ids that are meant by those that were typed. Throws `usage` and `jobNotFound`. */
export async function withWholeIds<Filter extends BulkFilter>(
  scheduler: Scheduler,
  filter: Filter,
): Promise<Filter> {
  const { ids, after, addedBy, scheduleId } = filter;
  const jobs = (typed: readonly string[]) => Promise.all(typed.map((id) => mentionedJobId(scheduler, id)));
  return {
    ...filter,
    ...(ids === undefined ? {} : { ids: await jobIdsOf(scheduler, ids) }),
    ...(after === undefined ? {} : { after: await jobs(after) }),
    ...(addedBy === undefined ? {} : { addedBy: (await jobs([addedBy]))[0] }),
    ...(scheduleId === undefined ? {} : { scheduleId: await mentionedScheduleId(scheduler, scheduleId) }),
  };
}

/** The ids of jobs, as arguments. */
export const jobIdsArgument: ArgumentSpec = {
  name: "id",
  summary: "Id of a job, or its beginning; without one, the options select the jobs",
  optional: true,
  repeatable: true,
};

/** The options of commands that change many jobs. */
export const bulkOptions: readonly OptionSpec[] = [
  ...jobFilterOptions,
  { name: "limit", value: "N", summary: "At most so many, the oldest first" },
  { name: "dry-run", summary: "Only report which jobs it would be" },
];

/**
 * Returns the filter of a command that changes many jobs; undefined where jobs are named by id and handled one by
 * one. Throws `usage` where nothing selects jobs.
 */
export function bulkFilterOf(context: CommandContext): BulkFilter | undefined {
  const ids = context.arguments("id");
  const filter = jobFilterOf(context);
  const restricts = Object.keys(filter).some((key) => key !== "limit");
  if (ids.length > 0) return restricts || context.flag("dry-run") ? { ...filter, ids } : undefined;
  if (restricts) return filter;
  throw usageError(
    "Name jobs by their ids, or select them with --task, --schedule, --batch, --added-by, --after, --state or --outcome",
  );
}
