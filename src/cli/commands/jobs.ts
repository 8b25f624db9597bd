import { CarillonError } from "../../errors.ts";
import { jobStates } from "../../model/states.ts";
import type { BulkAnswer } from "../../scheduler/jobs/bulk_jobs.ts";
import type { Command, CommandGroup } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { bulkFilterOf, bulkOptions, jobFilterOf, jobFilterOptions, jobIdsArgument } from "../job_filter.ts";
import { withClient } from "../open_scheduler.ts";
import { FAMILY_MAX, jobHistoryText, jobsTable, jobText } from "../render/job_text.ts";

/** The number of jobs that are listed by default. */
const LIST_LIMIT = 20;

/** `jobs list`. */
const listCommand: Command = {
  name: "list",
  summary: "List jobs, the newest first",
  options: [
    ...jobFilterOptions,
    { name: "limit", value: "N", summary: `At most so many (default ${LIST_LIMIT})` },
    ...settingOptions("store"),
  ],
  examples: ["jobs list --outcome error", "jobs list --task report.daily --limit 5 --json"],
  async run(context) {
    const filter = { limit: LIST_LIMIT, ...jobFilterOf(context) };
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

/** `jobs show <id>`. */
const showCommand: Command = {
  name: "show",
  summary:
    "Show one job, with its result or its error, the jobs it added and those after it, its attempts and its log",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: settingOptions("store"),
  async run(context) {
    const id = context.argument("id");
    const { job, result, attempts, family, logs } = await withClient(context, async (scheduler) => {
      const job = await scheduler.getJob(id);
      const result = job.outcome === "success"
        ? await scheduler.getJobResult(id, { wait: false })
        : undefined;
      const attempts = await scheduler.getJobAttempts(id);
      const family = {
        added: await scheduler.getJobs({ addedBy: id, order: "oldest", limit: FAMILY_MAX + 1 }),
        after: await scheduler.getJobs({ after: [id], order: "oldest", limit: FAMILY_MAX + 1 }),
      };
      return { job, result, attempts, family, logs: await scheduler.getJobLogs(id) };
    });
    const value = result === undefined ? {} : { result: result.value ?? null };
    context.print({ ...job, ...value, attempts, logs }, () => {
      const history = jobHistoryText(attempts, logs, context.terminal);
      return jobText(job, result, family, context.terminal) + (history === "" ? "" : `\n\n${history}`);
    });
    if (context.verbose && job.error?.stack !== undefined) context.note(job.error.stack);
  },
};

/** `jobs explain <id>`. */
const explainCommand: Command = {
  name: "explain",
  summary: "Explain why a job is not running, or what its state is",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: settingOptions("store"),
  async run(context) {
    const id = context.argument("id");
    const explanation = await withClient(context, (scheduler) => scheduler.explain(id));
    context.print(explanation, () => explanation.sentence);
  },
};

/** `jobs cancel [id]...`. */
const cancelCommand: Command = {
  name: "cancel",
  summary: "Cancel jobs: waiting ones at once, running ones by their abort signal",
  arguments: [jobIdsArgument],
  options: [
    { name: "reason", value: "TEXT", summary: "Why; passed to the job and kept with it" },
    ...bulkOptions,
    ...settingOptions("store"),
  ],
  examples: [
    "jobs cancel --task mail.digest --dry-run",
    "jobs cancel --state scheduled --reason obsolete",
  ],
  async run(context) {
    const ids = context.arguments("id");
    const reason = context.option("reason") ?? "cancelled from the command line";
    const filter = bulkFilterOf(context);
    if (filter) {
      const options = { preview: context.flag("dry-run"), reason };
      const answer = await withClient(context, (scheduler) => scheduler.cancelJobs(filter, options));
      return printBulk(context, answer, "cancelled");
    }
    const jobs = await withClient(context, async (scheduler) => {
      // All of them or none: a mistyped id is seen before anything is cancelled.
      const before = await Promise.all(ids.map((id) => scheduler.getJob(id)));
      return await Promise.all(before.map(async ({ id, state }) => ({
        job: await scheduler.cancelJob(id, reason),
        wasFinished: state === "finished",
      })));
    });
    context.print(
      jobs.map(({ job }) => job),
      () =>
        jobs.map(({ job, wasFinished }) =>
          `Job ${job.id} ${
            wasFinished
              ? "is finished already; there is nothing to cancel"
              : job.state === "finished"
              ? "is cancelled"
              : "is running; it is asked to stop"
          }`
        ).join("\n"),
    );
  },
};

/** `jobs retry [id]...`. */
const retryCommand: Command = {
  name: "retry",
  summary: "Run finished or parked jobs again, with a fresh retry budget",
  details:
    "By the options, of finished jobs only those that did not succeed, unless --outcome selects others.",
  arguments: [jobIdsArgument],
  options: [...bulkOptions, ...settingOptions("store")],
  examples: ["jobs retry --outcome error --dry-run", "jobs retry --task mail.digest"],
  async run(context) {
    const ids = context.arguments("id");
    const filter = bulkFilterOf(context);
    if (filter) {
      const preview = context.flag("dry-run");
      const answer = await withClient(context, (scheduler) => scheduler.retryJobs(filter, { preview }));
      return printBulk(context, answer, "run again");
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

/** `jobs remove [id]...`. */
const removeCommand: Command = {
  name: "remove",
  summary: "Delete jobs that do not run, with their results and history",
  arguments: [jobIdsArgument],
  options: [...bulkOptions, ...settingOptions("store")],
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

/** `jobs …`: the jobs of the store. */
export const jobsGroup: CommandGroup = {
  name: "jobs",
  summary: "List, show, explain, cancel, retry and remove jobs",
  commands: [listCommand, showCommand, explainCommand, cancelCommand, retryCommand, removeCommand],
  defaultCommand: "list",
};

/** Prints what was done with many jobs: `3 jobs are cancelled: 2 mail, 1 report`. */
function printBulk(context: CommandContext, answer: BulkAnswer, done: string): void {
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
