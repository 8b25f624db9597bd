import { Temporal } from "../time/temporal.ts";
import { describe } from "../triggers/describe.ts";
import type { Schedule } from "./views/schedule.ts";

/** A plain table of schedules, for people. */
export function schedulesTable(schedules: readonly Schedule[], timeZone: string): string {
  if (schedules.length === 0) return "There are no schedules";
  const head = ["SCHEDULE", "TASK", "NEXT FIRE", "TRIGGER"];
  const rows = schedules.map((one) => [one.id, one.taskName, nextFire(one, timeZone), triggerText(one)]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd();
  return [head, ...rows].map(line).join("\n");
}

function nextFire(schedule: Schedule, timeZone: string): string {
  if (schedule.status !== "active") return schedule.status;
  if (schedule.paused) return "paused";
  if (!schedule.nextFireTime) return "after its run";
  const zoned = schedule.nextFireTime.toZonedDateTimeISO(schedule.trigger?.timeZone ?? timeZone);
  return Temporal.ZonedDateTime.from(zoned).toString({ smallestUnit: "second" });
}

function triggerText({ trigger, error }: Schedule): string {
  return trigger ? describe(trigger).split("\n")[0]! : error ?? "unreadable";
}
