import { CarillonError } from "../../errors.ts";
import { jobStates } from "../../model/states.ts";
import type { BulkAnswer } from "../../scheduler/jobs/bulk_jobs.ts";
import { withoutUndefined } from "../../model/payload.ts";
import { taskRef } from "../../registry/task.ts";
import { firstItems } from "../../scheduler/list_pages.ts";
import type { ArgumentSpec, Command, CommandGroup } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { jobIdOf, jobIdsOf } from "../ids.ts";
import {
  bulkFilterOf,
  bulkOptions,
  jobFilterOf,
  jobFilterOptions,
  jobIdsArgument,
  withWholeIds,
} from "../job_filter.ts";
import { withClient } from "../open_scheduler.ts";
import { inputOf, inputOption, integer } from "../option_values.ts";
import { FAMILY_MAX, jobHistoryText, jobsTable, jobText } from "../render/job_text.ts";
import { line, printable } from "../../model/printable.ts";
import { loadTasksIfAny } from "../task_modules.ts";
import { followCommand } from "./follow.ts";

const idArgument: ArgumentSpec = { name: "id", summary: "Id of the job, or its beginning" };

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
    const { limit = LIST_LIMIT, ...filter } = jobFilterOf(context);
    const { jobs, counts } = await withClient(context, async (scheduler) => {
      const selected = await withWholeIds(scheduler, filter);
      const { items } = await firstItems((page) => scheduler.getJobs({ ...selected, ...page }), { limit });
      return { jobs: items, counts: await scheduler.countJobs() };
    });
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
  arguments: [idArgument],
  options: settingOptions("store"),
  async run(context) {
    const { job, result, attempts, family, logs } = await withClient(context, async (scheduler) => {
      const id = await jobIdOf(scheduler, context.argument("id"));
      const job = await scheduler.getJob(id);
      const result = job.outcome === "success"
        ? await scheduler.getJobResult(id, { wait: false })
        : undefined;
      const attempts = await scheduler.getJobAttempts(id);
      const family = {
        added: (await scheduler.getJobs({ addedBy: id, order: "oldest", limit: FAMILY_MAX + 1 })).items,
        after: (await scheduler.getJobs({ after: [id], order: "oldest", limit: FAMILY_MAX + 1 })).items,
      };
      return { job, result, attempts, family, logs: await scheduler.getJobLogs(id) };
    });
    const value = result === undefined ? {} : { result: result.value ?? null };
    context.print({ ...job, ...value, attempts, logs }, () => {
      const history = jobHistoryText(attempts, logs, context.terminal);
      return jobText(job, result, family, context.terminal) + (history === "" ? "" : `\n\n${history}`);
    });
    if (!context.verbose || job.error?.stack === undefined) return;
    for (const frame of job.error.stack.split("\n")) context.note(printable(frame));
  },
};

/** `jobs explain <id>`. */
const explainCommand: Command = {
  name: "explain",
  summary: "Explain why a job is not running, or what its state is",
  arguments: [idArgument],
  options: settingOptions("store"),
  async run(context) {
    const explanation = await withClient(
      context,
      async (scheduler) => await scheduler.explain(await jobIdOf(scheduler, context.argument("id"))),
    );
    context.print(explanation, () => printable(explanation.sentence));
  },
};

/** `jobs add <task>`. */
const addCommand: Command = {
  name: "add",
  summary: "Add a job of a task, for a scheduler that is started on the store",
  details: "Where the task modules are at hand, they check the input and give the keys of the task's limits.",
  arguments: [{ name: "task", summary: "Name of the task" }],
  options: [
    inputOption,
    { name: "delay", value: "DURATION", summary: "Not before this long from now, such as 10m" },
    { name: "at", value: "TIME", summary: "Not before this time, such as 2026-03-29T09:00Z" },
    {
      name: "priority",
      value: "N",
      summary: "Its priority; higher ones are taken first (default the task's)",
    },
    { name: "key", value: "KEY", summary: "Its concurrency key (default by the task's code)" },
    {
      name: "id",
      value: "ID",
      summary: "Its id; adding the same one again adds nothing (default a generated one)",
    },
    { name: "after", value: "ID", summary: "The job that it waits for" },
    ...settingOptions("store", "tasks"),
  ],
  examples: [`jobs add mail.digest --input '{"userId":"ada"}'`, "jobs add report.daily --delay 10m"],
  async run(context) {
    const taskName = context.argument("task");
    const input = await inputOf(context, taskName);
    const [delay, runAt, after] = [context.option("delay"), context.option("at"), context.option("after")];
    const options = withoutUndefined({
      delay,
      runAt,
      priority: integer(context, "priority"),
      concurrencyKey: context.option("key"),
      id: context.option("id"),
    });
    const tasks = await loadTasksIfAny(await loadConfiguration(context), context);
    const { job, outcome } = await withClient(context, async (scheduler) => {
      // A mistyped name would wait forever for a scheduler that knows it.
      await scheduler.getTask(taskName);
      const { id, outcome } = await scheduler.addJob(taskRef(taskName), input, {
        ...options,
        ...(after === undefined ? {} : { after: [await jobIdOf(scheduler, after)] }),
      });
      return { job: await scheduler.getJob(id), outcome };
    }, tasks);
    const { program } = context.terminal;
    context.print(
      job,
      () =>
        outcome === "added"
          ? line`Job ${job.id} of task '${taskName}' is added; '${program} jobs follow ${job.id}' shows its run`
          : line`Job ${job.id} of task '${job.taskName}' exists already; nothing is added`,
    );
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
      const answer = await withClient(
        context,
        async (scheduler) => await scheduler.cancelJobs(await withWholeIds(scheduler, filter), options),
      );
      return printBulk(context, answer, "cancelled");
    }
    const jobs = await withClient(context, async (scheduler) => {
      // All of them or none: a mistyped id is seen before anything is cancelled.
      const whole = await jobIdsOf(scheduler, ids);
      const before = await Promise.all(whole.map((id) => scheduler.getJob(id)));
      return await Promise.all(before.map(async ({ id, state }) => ({
        job: await scheduler.cancelJob(id, reason),
        wasFinished: state === "finished",
      })));
    });
    context.print(
      jobs.map(({ job }) => job),
      () =>
        jobs.map(({ job, wasFinished }) =>
          line`Job ${job.id} ${
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
      const answer = await withClient(
        context,
        async (scheduler) => await scheduler.retryJobs(await withWholeIds(scheduler, filter), { preview }),
      );
      return printBulk(context, answer, "run again");
    }
    const jobs = await withClient(context, async (scheduler) => {
      // All of them or none: see that each can be retried before the first one is.
      const whole = await jobIdsOf(scheduler, ids);
      const before = await Promise.all(whole.map((id) => scheduler.getJob(id)));
      const unfit = before.find(({ state }) => state !== "finished" && state !== "parked");
      if (unfit !== undefined) {
        throw new CarillonError(
          "invalidState",
          `Job ${unfit.id} cannot be retried while it is ${unfit.state}; it must be finished or parked`,
          { details: { jobId: unfit.id, state: unfit.state } },
        );
      }
      return await Promise.all(whole.map((id) => scheduler.retryJob(id)));
    });
    context.print(
      jobs,
      () => jobs.map(({ id, taskName }) => line`Job ${id} of task '${taskName}' runs again`).join("\n"),
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
      if (filter) return await scheduler.removeJobs(await withWholeIds(scheduler, filter), { preview });
      // A mistyped id is seen before anything is deleted.
      return await scheduler.removeJobs({ ids: await jobIdsOf(scheduler, ids) });
    });
    printBulk(context, answer, "removed");
  },
};

/** `jobs …`: the jobs of the store. */
export const jobsGroup: CommandGroup = {
  name: "jobs",
  summary: "List, show, follow, explain, add, cancel, retry and remove jobs",
  commands: [
    listCommand,
    showCommand,
    followCommand,
    explainCommand,
    addCommand,
    cancelCommand,
    retryCommand,
    removeCommand,
  ],
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
        : line`${count} ${count === 1 ? "job" : "jobs"} ${verb} ${done}: ${tasks}`,
  );
}
