import { whenText } from "../../scheduler/views/schedule.ts";
import type { Schedule } from "../../scheduler/views/schedule.ts";
import { systemClock } from "../../time/system_clock.ts";
import { Temporal } from "../../time/temporal.ts";
import { describe } from "../../triggers/words/describe.ts";
import type { Terminal } from "../terminal.ts";
import { painter } from "./colors.ts";
import { facts, table } from "./table.ts";
import { distanceText, localTime } from "./times.ts";

/** The number of coming fires that are shown. */
const PREVIEW_MAX = 5;

/** Returns schedules with their next fires as a table. */
export function schedulesTable(schedules: readonly Schedule[], terminal: Terminal): string {
  if (schedules.length === 0) return "There are no schedules";
  const { timeZone, width, color } = terminal;
  const paint = painter(color);
  const nowMs = systemClock.nowMs();
  return table({
    columns: [
      { title: "SCHEDULE", whole: true },
      { title: "TASK" },
      { title: "NEXT FIRE", whole: true },
      { title: "" },
      { title: "WHEN" },
    ],
    rows: schedules.map((schedule) => [
      schedule.id,
      schedule.taskName,
      nextFireText(schedule, timeZone),
      schedule.nextFireTime && schedule.status === "active" && !schedule.paused
        ? distanceText(schedule.nextFireTime.epochMilliseconds, nowMs)
        : "",
      whenText(schedule),
    ]),
    width,
    paint: (text, row) => paint(text, row < 0 ? "dim" : undefined),
  });
}

/** Returns the time of a schedule's next fire, or the reason why there is none. */
export function nextFireText(schedule: Schedule, timeZone: string): string {
  if (schedule.status !== "active") return schedule.status;
  if (schedule.paused) return "paused";
  return schedule.nextFireTime === undefined ? "after its run" : localTime(schedule.nextFireTime, timeZone);
}

/** Returns one schedule, with the counts of its fires and the coming ones. */
export function scheduleText(schedule: Schedule, { timeZone, color }: Terminal): string {
  const { runs, late, missed, coalesced, skipped, failed } = schedule.counters;
  return facts({
    schedule: schedule.id,
    task: schedule.taskName,
    description: schedule.description,
    group: schedule.group,
    status: schedule.paused ? `${schedule.status}, paused` : schedule.status,
    error: schedule.error,
    when: schedule.trigger && describe(schedule.trigger),
    "next fire": nextFireText(schedule, timeZone),
    "then": comingFires(schedule, timeZone),
    "last fire": schedule.lastFireTime && localTime(schedule.lastFireTime, timeZone),
    fires: `${runs} became jobs (${late} late), ${missed} missed, ${coalesced} coalesced, ${skipped} skipped`,
    "failed jobs": failed === 0 ? undefined : String(failed),
    policies: `coalesce ${schedule.coalesce}, overlap ${schedule.overlap}` +
      (schedule.maxRuns === undefined ? "" : `, at most ${schedule.maxRuns} runs`) +
      (schedule.maxRunningJobs === undefined ? "" : `, at most ${schedule.maxRunningJobs} at once`),
    metadata: Object.keys(schedule.metadata).length === 0 ? undefined : JSON.stringify(schedule.metadata),
    "stored since": localTime(schedule.anchor, timeZone),
  }, painter(color));
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
