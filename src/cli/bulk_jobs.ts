import type { BulkAnswer } from "../scheduler/jobs/bulk_jobs.ts";
import type { ArgumentSpec, OptionSpec } from "./command.ts";
import type { CommandContext } from "./command_context.ts";
import { jobFilterOf, jobFilterOptions } from "./job_filter.ts";
import { usageError } from "./parse_command_line.ts";
import type { JobsFilter } from "../scheduler/scheduler_jobs.ts";

/** Jobs by their ids. */
export const jobIdsArgument: ArgumentSpec = {
  name: "id",
  summary: "Id of a job; without one, the options say which jobs",
  optional: true,
  repeatable: true,
};

/** The options of commands about many jobs. */
export const bulkOptions: readonly OptionSpec[] = [
  ...jobFilterOptions,
  { name: "limit", value: "N", summary: "At most so many, the oldest first" },
  { name: "dry-run", summary: "Only tell which jobs it would be" },
];

/**
 * The filter of a command about many jobs; undefined where jobs are named by id and dealt with one by one. Throws
 * `usage` where nothing says which jobs.
 */
export function bulkFilterOf(context: CommandContext): Omit<JobsFilter, "order" | "offset"> | undefined {
  const ids = context.arguments("id");
  const filter = jobFilterOf(context);
  const restricts = Object.keys(filter).some((key) => key !== "limit");
  if (ids.length > 0) return restricts || context.flag("dry-run") ? { ...filter, ids } : undefined;
  if (restricts) return filter;
  throw usageError(
    "Name jobs by their ids, or say which ones with --task, --schedule, --batch, --added-by, --after, --state or --outcome",
  );
}

/** Tells what was done with many jobs: `3 jobs are cancelled: 2 mail, 1 report`. */
export function printBulk(context: CommandContext, answer: BulkAnswer, done: string): void {
  const { preview, count, byTask } = answer;
  const tasks = Object.entries(byTask).map(([name, number]) => `${number} ${name}`).join(", ");
  const verb = preview ? "would be" : count === 1 ? "is" : "are";
  context.print(
    answer,
    () =>
      count === 0
        ? "There are no such jobs"
        : `${count} ${count === 1 ? "job" : "jobs"} ${verb} ${done}: ${tasks}`,
  );
}
