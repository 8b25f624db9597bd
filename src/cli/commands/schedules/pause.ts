import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withNearestSchedule } from "../../named_schedule.ts";
import { withClient } from "../../open_scheduler.ts";

/** `schedules pause <id>`. */
export const pauseScheduleCommand: Command = {
  name: "pause",
  summary: "Stop a schedule from firing until it is resumed",
  arguments: [{ name: "id", summary: "Id of the schedule" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const schedule = await withClient(
      context,
      (scheduler) => withNearestSchedule(scheduler, id, () => scheduler.pauseSchedule(id)),
    );
    context.print(
      schedule,
      () => `Schedule '${id}' is paused; fires of the meantime are owed when it is resumed`,
    );
  },
};
