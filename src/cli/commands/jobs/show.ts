import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { jobHistoryText } from "../../render/job_history_text.ts";
import { jobText } from "../../render/job_text.ts";

/** `jobs show <id>`. */
export const showJobCommand: Command = {
  name: "show",
  summary: "Show one job, with its result or its error, its attempts and its log",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const { job, result, attempts, logs } = await withClient(context, async (scheduler) => {
      const job = await scheduler.getJob(id);
      const result = job.outcome === "success"
        ? await scheduler.getJobResult(id, { wait: false })
        : undefined;
      const attempts = await scheduler.getJobAttempts(id);
      return { job, result, attempts, logs: await scheduler.getJobLogs(id) };
    });
    const value = result === undefined ? {} : { result: result.value ?? null };
    context.print({ ...job, ...value, attempts, logs }, () => {
      const history = jobHistoryText(attempts, logs, context.terminal);
      return jobText(job, result, context.terminal) + (history === "" ? "" : `\n\n${history}`);
    });
    if (context.verbose && job.error?.stack !== undefined) context.note(job.error.stack);
  },
};
