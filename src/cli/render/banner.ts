import type { Page } from "../../scheduler/list_pages.ts";
import type { Schedule } from "../../scheduler/views/schedule.ts";
import type { Terminal } from "../terminal.ts";
import { painter } from "./colors.ts";
import { line } from "../../model/printable.ts";
import { schedulesTable } from "./schedule_text.ts";

/** The facts that the banner shows. */
export interface BannerFacts {
  readonly version: string;
  readonly scheduler: string;
  readonly role: string;
  readonly stores: readonly string[];
  readonly taskNames: readonly string[];
  /** The schedules that fire next. */
  readonly schedules: Page<Schedule>;
  readonly url: string | undefined;
  /** The token that was made for this run, if one was. */
  readonly madeToken: string | undefined;
}

/** Returns the lines that introduce a scheduler that has just started, with its coming fires. */
export function banner(facts: BannerFacts, terminal: Terminal): string {
  const { version, scheduler, role, stores, taskNames, schedules, url, madeToken } = facts;
  return [
    painter(terminal.color)(`Carillon ${version}`, "bold") +
    line`  ${scheduler}${role === "both" ? "" : ` (${role})`}`,
    line`store  ${stores.join(", ")}`,
    line`tasks  ${taskNames.length === 0 ? "none" : taskNames.join(", ")}`,
    ...(url === undefined ? [] : [`http   ${url}`]),
    ...(madeToken === undefined
      ? []
      : [`token  ${madeToken}  (for this run; CARILLON_TOKENS sets lasting ones)`]),
    `times  ${terminal.timeZone}`,
    "",
    schedulesTable(schedules.items, terminal),
    ...(schedules.next === undefined ? [] : [`and more: '${terminal.program} schedules list' shows them`]),
    "",
  ].join("\n");
}
