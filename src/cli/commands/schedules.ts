import { CarillonError, isCarillonError } from "../../errors.ts";
import { scheduleStatuses } from "../../model/states.ts";
import { didYouMean } from "../../model/text.ts";
import { withoutUndefined } from "../../model/payload.ts";
import type { Scheduler } from "../../scheduler/scheduler.ts";
import { DECLARED_GROUP } from "../../scheduler/schedules/declared_schedules.ts";
import type { ArgumentSpec, Command, CommandGroup } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { withClient } from "../open_scheduler.ts";
import { oneOf, wholeNumber } from "../option_values.ts";
import { nextFireText, schedulesTable, scheduleText } from "../render/schedule_text.ts";

const idArgument: ArgumentSpec = { name: "id", summary: "Id of the schedule" };

/** `schedules list`. */
const listCommand: Command = {
  name: "list",
  summary: "List schedules by their next fire",
  options: [
    { name: "task", value: "NAME", summary: "Only those of this task" },
    { name: "group", value: "NAME", summary: "Only those of this group" },
    { name: "status", value: "STATUS", summary: "Only active, finished or failed ones" },
    { name: "paused", summary: "Only paused ones" },
    { name: "limit", value: "N", summary: "At most so many" },
    ...settingOptions("store"),
  ],
  async run(context) {
    const filter = withoutUndefined({
      taskName: context.option("task"),
      group: context.option("group"),
      status: oneOf(context, "status", scheduleStatuses),
      limit: wholeNumber(context, "limit"),
      paused: context.flag("paused") || undefined,
    });
    const schedules = await withClient(context, (scheduler) => scheduler.getSchedules(filter));
    context.print(schedules, () => schedulesTable(schedules, context.terminal));
  },
};

/** `schedules show <id>`. */
const showCommand: Command = {
  name: "show",
  summary: "Show one schedule, what became of its fires, and those to come",
  arguments: [idArgument],
  options: settingOptions("store"),
  async run(context) {
    const schedule = await withSchedule(
      context,
      async (scheduler, id) => await (await scheduler.getSchedule(id)).get(),
    );
    context.print(schedule, () => scheduleText(schedule, context.terminal));
  },
};

/** `schedules pause <id>`. */
const pauseCommand: Command = {
  name: "pause",
  summary: "Stop a schedule from firing until it is resumed",
  arguments: [idArgument],
  options: settingOptions("store"),
  async run(context) {
    const schedule = await withSchedule(context, (scheduler, id) => scheduler.pauseSchedule(id));
    context.print(
      schedule,
      () => `Schedule '${schedule.id}' is paused; fires in the meantime are owed when it is resumed`,
    );
  },
};

/** `schedules resume <id>`. */
const resumeCommand: Command = {
  name: "resume",
  summary: "Let a paused schedule fire again",
  details: "The fires that fell into the pause are owed, unless --from gives the time to continue from.",
  arguments: [idArgument],
  options: [
    {
      name: "from",
      value: "TIME",
      summary: "Drop the fires before: now, or a time such as 2026-03-29T09:00Z",
    },
    ...settingOptions("store"),
  ],
  async run(context) {
    const options = withoutUndefined({ resumeFrom: context.option("from") });
    const schedule = await withSchedule(context, (scheduler, id) => scheduler.resumeSchedule(id, options));
    context.print(
      schedule,
      () =>
        `Schedule '${schedule.id}' fires again; next: ${nextFireText(schedule, context.terminal.timeZone)}`,
    );
  },
};

/** `schedules remove <id>`. */
const removeCommand: Command = {
  name: "remove",
  summary: "Remove a schedule",
  details: "A schedule that the code declares comes back when the scheduler is started again.",
  arguments: [idArgument],
  options: [
    { name: "jobs", value: "WHAT", summary: "What becomes of its unfinished jobs: keep (default) or cancel" },
    ...settingOptions("store"),
  ],
  async run(context) {
    const jobs = oneOf(context, "jobs", ["keep", "cancel"]) ?? "keep";
    const removed = await withSchedule(context, async (scheduler, id) => {
      const schedule = await (await scheduler.getSchedule(id)).get();
      await scheduler.removeSchedule(id, { jobs });
      return schedule;
    });
    const hint = removed.group === DECLARED_GROUP
      ? "; the code declares it, so the next start adds it again"
      : "";
    context.print({ removed: removed.id, jobs }, () => `Schedule '${removed.id}' is removed${hint}`);
  },
};

/** `schedules run <id>`. */
const runCommand: Command = {
  name: "run",
  summary: "Add a job of a schedule now, outside its fire times",
  details: "A scheduler that is started on the same store runs it.",
  arguments: [idArgument],
  options: settingOptions("store"),
  async run(context) {
    const job = await withSchedule(
      context,
      async (scheduler, id) => await (await scheduler.runScheduleNow(id)).status(),
    );
    context.print(
      job,
      () => `Job ${job.id} of task '${job.taskName}' is added; 'scheduler jobs show ${job.id}'`,
    );
  },
};

/** `schedules …`: the schedules of the store. */
export const schedulesGroup: CommandGroup = {
  name: "schedules",
  summary: "List and change schedules",
  commands: [listCommand, showCommand, pauseCommand, resumeCommand, removeCommand, runCommand],
  defaultCommand: "list",
};

/** Does something with the schedule that is named; where there is none of this id, the error suggests the nearest. */
function withSchedule<T>(
  context: CommandContext,
  use: (scheduler: Scheduler, id: string) => Promise<T>,
): Promise<T> {
  const id = context.argument("id");
  return withClient(context, async (scheduler) => {
    try {
      return await use(scheduler, id);
    } catch (error) {
      if (!isCarillonError(error, "scheduleNotFound")) throw error;
      const known = (await scheduler.getSchedules()).map((schedule) => schedule.id);
      throw new CarillonError("scheduleNotFound", error.message + didYouMean(id, known), {
        details: { ...error.details, known },
        cause: error,
      });
    }
  });
}
