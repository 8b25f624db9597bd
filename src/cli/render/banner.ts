import type { Schedule } from "../../scheduler/views/schedule.ts";
import { whenText } from "../../scheduler/views/print_schedules.ts";
import type { Paint } from "./colors.ts";
import { table } from "./table.ts";
import { distanceText, localTime } from "./times.ts";

/** What the banner tells. */
export interface BannerFacts {
  readonly version: string;
  readonly scheduler: string;
  readonly role: string;
  readonly stores: readonly string[];
  readonly taskNames: readonly string[];
  readonly schedules: readonly Schedule[];
  readonly url: string | undefined;
  readonly nowMs: number;
}

/** How the banner is drawn. */
export interface BannerOptions {
  readonly paint: Paint;
  readonly width: number;
  readonly timeZone: string;
}

/** What a scheduler that has just started has, and what it will do next. */
export function banner(facts: BannerFacts, options: BannerOptions): string {
  const { version, scheduler, role, stores, taskNames, url } = facts;
  const { paint, timeZone } = options;
  const head = [
    `${paint(`Carillon ${version}`, "bold")}  ${scheduler}${role === "both" ? "" : ` (${role})`}`,
    `store  ${stores.join(", ")}`,
    `tasks  ${taskNames.length === 0 ? "none" : taskNames.join(", ")}`,
    ...(url === undefined ? [] : [`http   ${url}`]),
    `times  ${timeZone}`,
  ];
  return [...head, "", scheduleTable(facts.schedules, facts.nowMs, options), ""].join("\n");
}

/** Schedules with their next fires, for people. */
export function scheduleTable(schedules: readonly Schedule[], nowMs: number, options: BannerOptions): string {
  if (schedules.length === 0) return "There are no schedules";
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
      nextFire(schedule, options.timeZone),
      schedule.nextFireTime && fires(schedule)
        ? distanceText(schedule.nextFireTime.epochMilliseconds, nowMs)
        : "",
      whenText(schedule),
    ]),
    width: options.width,
    paint: (text, row) => options.paint(text, row < 0 ? "dim" : undefined),
  });
}

/** When a schedule fires next, or why it does not. */
export function nextFire(schedule: Schedule, timeZone: string): string {
  if (schedule.status !== "active") return schedule.status;
  if (schedule.paused) return "paused";
  return schedule.nextFireTime === undefined ? "after its run" : localTime(schedule.nextFireTime, timeZone);
}

function fires({ status, paused }: Schedule): boolean {
  return status === "active" && !paused;
}
