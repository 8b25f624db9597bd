import type { Schedule } from "../../../scheduler/views/schedule.ts";
import { systemClock } from "../../../time/system_clock.ts";
import { describe } from "../../../triggers/words/describe.ts";
import { Temporal } from "../../../time/temporal.ts";
import type { Command } from "../../command.ts";
import type { CommandContext } from "../../command_context.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withNearestSchedule } from "../../named_schedule.ts";
import { withClient } from "../../open_scheduler.ts";
import { nextFire } from "../../render/banner.ts";
import { painter } from "../../render/colors.ts";
import { facts } from "../../render/facts.ts";
import { localTime } from "../../render/times.ts";

/** How many coming fires are shown. */
const PREVIEW_MAX = 5;

/** `schedules show <id>`. */
export const showScheduleCommand: Command = {
  name: "show",
  summary: "Show one schedule, what became of its fires, and those to come",
  arguments: [{ name: "id", summary: "Id of the schedule" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const schedule = await withClient(
      context,
      (scheduler) =>
        withNearestSchedule(scheduler, id, async () => await (await scheduler.getSchedule(id)).get()),
    );
    context.print(schedule, () => scheduleText(schedule, context));
  },
};

/** A schedule for people. */
function scheduleText(schedule: Schedule, { terminal }: CommandContext): string {
  const { timeZone } = terminal;
  const { runs, late, missed, coalesced, skipped, failed } = schedule.counters;
  return facts({
    schedule: schedule.id,
    task: schedule.taskName,
    description: schedule.description,
    group: schedule.group,
    status: schedule.paused ? `${schedule.status}, paused` : schedule.status,
    error: schedule.error,
    when: schedule.trigger && describe(schedule.trigger),
    "next fire": nextFire(schedule, timeZone),
    "then": comingFires(schedule, timeZone),
    "last fire": schedule.lastFireTime && localTime(schedule.lastFireTime, timeZone),
    fires: `${runs} became jobs (${late} late), ${missed} missed, ${coalesced} coalesced, ${skipped} skipped`,
    "failed jobs": failed === 0 ? undefined : String(failed),
    policies: `coalesce ${schedule.coalesce}, overlap ${schedule.overlap}` +
      (schedule.maxRuns === undefined ? "" : `, at most ${schedule.maxRuns} runs`) +
      (schedule.maxRunningJobs === undefined ? "" : `, at most ${schedule.maxRunningJobs} at once`),
    metadata: Object.keys(schedule.metadata).length === 0 ? undefined : JSON.stringify(schedule.metadata),
    "stored since": localTime(schedule.anchor, timeZone),
  }, painter(terminal.color));
}

function comingFires(
  { trigger, status, nextFireTime, anchor }: Schedule,
  timeZone: string,
): string | undefined {
  if (trigger === undefined || status !== "active" || nextFireTime === undefined) return undefined;
  const from = Temporal.Instant.fromEpochMilliseconds(
    Math.max(nextFireTime.epochMilliseconds + 1, systemClock.nowMs()),
  );
  try {
    const fires = trigger.preview({ from, limit: PREVIEW_MAX, context: { anchor } });
    return fires.map((fire) => localTime(fire.toInstant(), timeZone)).join(", ");
  } catch {
    // A trigger with a calendar of the store cannot be previewed without it.
    return undefined;
  }
}
