import { isCarillonError } from "../../errors.ts";
import { scheduleStatuses } from "../../model/states.ts";
import { withoutUndefined } from "../../model/payload.ts";
import { taskRef } from "../../registry/task.ts";
import { firstItems } from "../../scheduler/list_pages.ts";
import type { Scheduler } from "../../scheduler/scheduler.ts";
import { DECLARED_GROUP } from "../../scheduler/schedules/declared_schedules.ts";
import { systemClock } from "../../time/system_clock.ts";
import { Temporal } from "../../time/temporal.ts";
import { cron } from "../../triggers/cron/cron.ts";
import { date } from "../../triggers/date.ts";
import { interval } from "../../triggers/interval.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { ArgumentSpec, Command, CommandGroup } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { scheduleIdOf } from "../ids.ts";
import { withClient } from "../open_scheduler.ts";
import { inputOf, inputOption, oneOf, wholeNumber } from "../option_values.ts";
import { usageError } from "../parse_command_line.ts";
import { line } from "../../model/printable.ts";
import { nextFireText, schedulesTable, scheduleText } from "../render/schedule_text.ts";
import { loadTasksIfAny } from "../task_modules.ts";

const idArgument: ArgumentSpec = { name: "id", summary: "Id of the schedule, or its beginning" };

/** The number of schedules that are listed by default. */
const LIST_LIMIT = 100;

/** `schedules list`. */
const listCommand: Command = {
  name: "list",
  summary: "List schedules by their next fire",
  options: [
    { name: "task", value: "NAME", summary: "Only those of this task" },
    { name: "group", value: "NAME", summary: "Only those of this group" },
    { name: "status", value: "STATUS", summary: "Only active, finished or failed ones" },
    { name: "paused", summary: "Only paused ones" },
    { name: "limit", value: "N", summary: `At most so many (default ${LIST_LIMIT})` },
    { name: "after", value: "CURSOR", summary: "Continue after the list that ended with this cursor" },
    ...settingOptions("store"),
  ],
  examples: ["schedules list --task report.daily", "schedules list --limit 1000 --json"],
  async run(context) {
    const limit = wholeNumber(context, "limit") ?? LIST_LIMIT;
    const start = withoutUndefined({ cursor: context.option("after") });
    const filter = withoutUndefined({
      taskName: context.option("task"),
      group: context.option("group"),
      status: oneOf(context, "status", scheduleStatuses),
      paused: context.flag("paused") || undefined,
    });
    const { items, next } = await withClient(
      context,
      (scheduler) =>
        firstItems((page) => scheduler.getSchedules({ ...filter, ...page }), { limit, ...start }),
    ).catch((error) => {
      if (!isCarillonError(error, "invalidOption") || error.details["option"] !== "cursor") throw error;
      throw usageError(`Option --after must be a cursor that a list printed, but got '${start.cursor}'`);
    });
    context.print(items, () => schedulesTable(items, context.terminal));
    if (next !== undefined) context.note(`there are more: --after ${next} continues`);
  },
};

/** `schedules add <task>`. */
const addCommand: Command = {
  name: "add",
  summary: "Add a schedule: a task, when to run it, and with which input",
  details: "Where the task modules are at hand, they check the input.",
  arguments: [{ name: "task", summary: "Name of the task" }],
  options: [
    { name: "cron", value: "EXPRESSION", summary: "Fire as a cron expression says, in quotes" },
    { name: "every", value: "DURATION", summary: "Fire again and again after this time, such as 5m" },
    { name: "at", value: "TIME", summary: "Fire once, at this time, such as 2026-03-29T09:00Z" },
    { name: "zone", value: "ZONE", summary: "Zone whose clock it is read by (default the setting timeZone)" },
    { name: "id", value: "ID", summary: "Its id; one that exists is changed (default a generated one)" },
    inputOption,
    { name: "paused", summary: "Let it fire only once it is resumed" },
    ...settingOptions("store", "tasks"),
  ],
  examples: [
    'schedules add report.daily --cron "0 7 * * mon-fri" --zone Europe/Berlin',
    `schedules add mail.digest --every 1h --id digest-ada --input '{"userId":"ada"}'`,
  ],
  async run(context) {
    const taskName = context.argument("task");
    const trigger = triggerOf(context);
    const options = withoutUndefined({
      id: context.option("id"),
      input: await inputOf(context, taskName),
      paused: context.flag("paused"),
    });
    const tasks = await loadTasksIfAny(await loadConfiguration(context), context);
    const schedule = await withClient(context, async (scheduler) => {
      // A mistyped name would make jobs that wait forever for a scheduler that knows it.
      await scheduler.getTask(taskName);
      return await (await scheduler.addSchedule(taskRef(taskName), trigger, options)).get();
    }, tasks);
    context.print(
      schedule,
      () =>
        line`Schedule '${schedule.id}' of task '${taskName}' is stored; next: ${
          nextFireText(schedule, context.terminal.timeZone)
        }`,
    );
  },
};

function triggerOf(context: CommandContext): Trigger {
  const [expression, every, at] = [context.option("cron"), context.option("every"), context.option("at")];
  if ([expression, every, at].filter((given) => given !== undefined).length !== 1) {
    throw usageError("Say when it fires, with one of --cron, --every and --at", ["schedules", "add"]);
  }
  const timeZone = context.option("zone");
  if (expression !== undefined) return cron(expression, { timeZone });
  if (at !== undefined) return date(at, { timeZone });
  return interval(every!, { timeZone });
}

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
      () => line`Schedule '${schedule.id}' is paused; fires in the meantime are owed when it is resumed`,
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
        line`Schedule '${schedule.id}' fires again; next: ${
          nextFireText(schedule, context.terminal.timeZone)
        }`,
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
    context.print({ removed: removed.id, jobs }, () => line`Schedule '${removed.id}' is removed${hint}`);
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
    const { program } = context.terminal;
    context.print(
      job,
      () => line`Job ${job.id} of task '${job.taskName}' is added; '${program} jobs show ${job.id}' shows it`,
    );
  },
};

/** `schedules backfill <id>`. */
const backfillCommand: Command = {
  name: "backfill",
  summary: "Make the past fire times of a schedule into jobs, leaving out those that already have one",
  arguments: [idArgument],
  options: [
    {
      name: "from",
      value: "TIME",
      summary: "The first time, such as 2026-03-28 or an instant with its offset",
    },
    { name: "until", value: "TIME", summary: "The last time (default now)" },
    { name: "again", summary: "Include the fire times that already have a job" },
    { name: "limit", value: "N", summary: "Refuse a range that holds more fire times (default 1000)" },
    ...settingOptions("store"),
  ],
  examples: ["schedules backfill report.daily --from 2026-03-01 --until 2026-03-08"],
  async run(context) {
    const from = context.option("from");
    if (from === undefined) {
      throw usageError("Option --from is missing: the first time to make jobs of", ["schedules", "backfill"]);
    }
    const range = withoutUndefined({
      from,
      until: context.option("until") ?? Temporal.Instant.fromEpochMilliseconds(systemClock.nowMs()),
      again: context.flag("again"),
      limit: wholeNumber(context, "limit"),
    });
    const jobs = await withSchedule(context, (scheduler, id) => scheduler.backfillSchedule(id, range));
    const ids = jobs.map(({ id }) => id);
    context.print(
      { count: ids.length, ids },
      () =>
        ids.length === 0
          ? "There is no fire time without a job"
          : ids.length === 1
          ? "1 job is added"
          : `${ids.length} jobs are added`,
    );
  },
};

/** `schedules …`: the schedules of the store. */
export const schedulesGroup: CommandGroup = {
  name: "schedules",
  summary: "List, show, add and change schedules",
  commands: [
    listCommand,
    showCommand,
    addCommand,
    pauseCommand,
    resumeCommand,
    removeCommand,
    runCommand,
    backfillCommand,
  ],
  defaultCommand: "list",
};

/** Does something with the schedule whose id, or its beginning, was typed. */
function withSchedule<T>(
  context: CommandContext,
  use: (scheduler: Scheduler, id: string) => Promise<T>,
): Promise<T> {
  return withClient(
    context,
    async (scheduler) => await use(scheduler, await scheduleIdOf(scheduler, context.argument("id"))),
  );
}
