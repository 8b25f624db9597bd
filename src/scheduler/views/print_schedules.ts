import { describe } from "../../triggers/words/describe.ts";
import type { Schedule } from "./schedule.ts";

/** A plain table of schedules, for people. */
export function schedulesTable(schedules: readonly Schedule[], timeZone: string): string {
  if (schedules.length === 0) return "There are no schedules";
  const head = ["SCHEDULE", "TASK", "NEXT FIRE", "WHEN"];
  const rows = schedules.map((one) => [one.id, one.taskName, nextFire(one, timeZone), whenText(one)]);
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
  return zoned.toString({ smallestUnit: "second" });
}

/** When a schedule fires, in one sentence. */
export function whenText({ trigger, error }: Schedule): string {
  if (!trigger) return error ?? "its trigger cannot be read";
  return describe(trigger).split(/(?<=\.)\s/)[0]!;
}
