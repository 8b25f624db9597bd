import { DECLARED_GROUP } from "../../../scheduler/schedules/declared_schedules.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withNearestSchedule } from "../../named_schedule.ts";
import { withClient } from "../../open_scheduler.ts";
import { oneOf } from "../../option_values.ts";

/** `schedules remove <id>`. */
export const removeScheduleCommand: Command = {
  name: "remove",
  summary: "Remove a schedule",
  details: "A schedule that the code declares comes back when the scheduler is started again.",
  arguments: [{ name: "id", summary: "Id of the schedule" }],
  options: [
    { name: "jobs", value: "WHAT", summary: "What becomes of its unfinished jobs: keep (default) or cancel" },
    ...settingOptions("store"),
    ...configurationOptions,
  ],
  async run(context) {
    const id = context.argument("id");
    const jobs = oneOf(context, "jobs", ["keep", "cancel"]) ?? "keep";
    const removed = await withClient(context, (scheduler) =>
      withNearestSchedule(scheduler, id, async () => {
        const schedule = await (await scheduler.getSchedule(id)).get();
        await scheduler.removeSchedule(id, { jobs });
        return schedule;
      }));
    const hint = removed.group === DECLARED_GROUP
      ? "; the code declares it, so the next start adds it again"
      : "";
    context.print({ removed: id, jobs }, () => `Schedule '${id}' is removed${hint}`);
  },
};
