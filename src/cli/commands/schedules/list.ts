import type { SchedulesFilter } from "../../../scheduler/scheduler_schedules.ts";
import { systemClock } from "../../../time/system_clock.ts";
import type { Command } from "../../command.ts";
import type { CommandContext } from "../../command_context.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { oneOf, wholeNumber } from "../../option_values.ts";
import { scheduleTable } from "../../render/banner.ts";
import { painter } from "../../render/colors.ts";

/** `schedules list`. */
export const listSchedulesCommand: Command = {
  name: "list",
  summary: "List schedules by their next fire",
  options: [
    { name: "task", value: "NAME", summary: "Only those of this task" },
    { name: "group", value: "NAME", summary: "Only those of this group" },
    { name: "status", value: "STATUS", summary: "Only active, finished or failed ones" },
    { name: "paused", summary: "Only paused ones" },
    { name: "limit", value: "N", summary: "At most so many" },
    ...settingOptions("store"),
    ...configurationOptions,
  ],
  async run(context) {
    const filter = filterOf(context);
    const schedules = await withClient(context, (scheduler) => scheduler.getSchedules(filter));
    const { terminal } = context;
    const options = {
      paint: painter(terminal.color),
      width: terminal.width,
      timeZone: terminal.timeZone,
    };
    context.print(schedules, () => scheduleTable(schedules, systemClock.nowMs(), options));
  },
};

function filterOf(context: CommandContext): SchedulesFilter {
  const taskName = context.option("task");
  const group = context.option("group");
  const status = oneOf(context, "status", ["active", "finished", "failed"]);
  const limit = wholeNumber(context, "limit");
  return {
    ...(taskName === undefined ? {} : { taskName }),
    ...(group === undefined ? {} : { group }),
    ...(status === undefined ? {} : { status }),
    ...(limit === undefined ? {} : { limit }),
    ...(context.flag("paused") ? { paused: true } : {}),
  };
}
