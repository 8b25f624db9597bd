import type { CommandGroup } from "../command.ts";
import { listSchedulesCommand } from "./schedules/list.ts";
import { pauseScheduleCommand } from "./schedules/pause.ts";
import { removeScheduleCommand } from "./schedules/remove.ts";
import { resumeScheduleCommand } from "./schedules/resume.ts";
import { runScheduleCommand } from "./schedules/run.ts";
import { showScheduleCommand } from "./schedules/show.ts";

/** `schedules …`: the schedules of the store. */
export const schedulesGroup: CommandGroup = {
  name: "schedules",
  summary: "List and change schedules",
  commands: [
    listSchedulesCommand,
    showScheduleCommand,
    pauseScheduleCommand,
    resumeScheduleCommand,
    removeScheduleCommand,
    runScheduleCommand,
  ],
  defaultCommand: "list",
};
