import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { jobHistoryText } from "../../render/job_history_text.ts";
import { FAMILY_MAX, jobText } from "../../render/job_text.ts";

/** `jobs show <id>`. */
export const showJobCommand: Command = {
  name: "show",
  summary:
    "Show one job, with its result or its error, the jobs it added and those after it, its attempts and its log",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: [...settingOptions("store"), ...configurationOptions],
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
