import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withNearestSchedule } from "../../named_schedule.ts";
import { withClient } from "../../open_scheduler.ts";

/** `schedules run <id>`. */
export const runScheduleCommand: Command = {
  name: "run",
  summary: "Add a job of a schedule now, outside its fire times",
  details: "A scheduler that is started on the same store runs it.",
  arguments: [{ name: "id", summary: "Id of the schedule" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const job = await withClient(
      context,
      (scheduler) =>
        withNearestSchedule(scheduler, id, async () => await (await scheduler.runScheduleNow(id)).status()),
    );
    context.print(
      job,
      () => `Job ${job.id} of task '${job.taskName}' is added; 'scheduler jobs show ${job.id}'`,
    );
  },
};
