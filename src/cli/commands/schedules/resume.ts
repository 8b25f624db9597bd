import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withNearestSchedule } from "../../named_schedule.ts";
import { withClient } from "../../open_scheduler.ts";
import { nextFire } from "../../render/banner.ts";

/** `schedules resume <id>`. */
export const resumeScheduleCommand: Command = {
  name: "resume",
  summary: "Let a paused schedule fire again",
  details: "The fires that fell into the pause are owed, unless --from says from where it goes on.",
  arguments: [{ name: "id", summary: "Id of the schedule" }],
  options: [
    {
      name: "from",
      value: "TIME",
      summary: "Give up the fires before: now, or a time such as 2026-03-29T09:00Z",
    },
    ...settingOptions("store"),
    ...configurationOptions,
  ],
  async run(context) {
    const id = context.argument("id");
    const resumeFrom = context.option("from");
    const schedule = await withClient(context, (scheduler) =>
      withNearestSchedule(
        scheduler,
        id,
        () => scheduler.resumeSchedule(id, resumeFrom === undefined ? {} : { resumeFrom }),
      ));
    context.print(
      schedule,
      () => `Schedule '${id}' fires again; next: ${nextFire(schedule, context.terminal.timeZone)}`,
    );
  },
};
