import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { jobText } from "../../render/job_text.ts";

/** `jobs show <id>`. */
export const showJobCommand: Command = {
  name: "show",
  summary: "Show one job, with its result or its error",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const { job, result } = await withClient(context, async (scheduler) => {
      const job = await scheduler.getJob(id);
      const result = job.outcome === "success"
        ? await scheduler.getJobResult(id, { wait: false })
        : undefined;
      return { job, result };
    });
    const value = result === undefined ? {} : { result: result.value ?? null };
    context.print({ ...job, ...value }, () => jobText(job, result, context.terminal));
    if (context.verbose && job.error?.stack !== undefined) context.note(job.error.stack);
  },
};
