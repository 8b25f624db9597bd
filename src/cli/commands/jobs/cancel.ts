import type { Scheduler } from "../../../preset/scheduler.ts";
import { bulkFilterOf, bulkOptions, jobIdsArgument, printBulk } from "../../bulk_jobs.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";

/** `jobs cancel [id]...`. */
export const cancelJobCommand: Command = {
  name: "cancel",
  summary: "Cancel jobs: waiting ones at once, running ones by their abort signal",
  arguments: [jobIdsArgument],
  options: [
    { name: "reason", value: "TEXT", summary: "Why; told to the job and kept with it" },
    ...bulkOptions,
    ...settingOptions("store"),
    ...configurationOptions,
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
      const preview = context.flag("dry-run");
      const cancel = (scheduler: Scheduler) => scheduler.cancelJobs(filter, { preview, reason });
      return printBulk(context, await withClient(context, cancel), "cancelled");
    }
    const jobs = await withClient(context, async (scheduler) => {
      // All of them or none: a mistyped id is seen before anything is cancelled.
      const before = await Promise.all(ids.map((id) => scheduler.getJob(id)));
      return await Promise.all(before.map(async ({ id, state }) => ({
        ...await scheduler.cancelJob(id, reason),
        wasFinished: state === "finished",
      })));
    });
    context.print(
      jobs.map(({ wasFinished: _, ...job }) => job),
      () => jobs.map((job) => `Job ${job.id} ${whatBecame(job)}`).join("\n"),
    );
  },
};

function whatBecame(job: { readonly state: string; readonly wasFinished: boolean }): string {
  if (job.wasFinished) return "is finished already; there is nothing to cancel";
  return job.state === "finished" ? "is cancelled" : "is running; it is asked to stop";
}
