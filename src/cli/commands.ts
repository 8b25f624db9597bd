import type { CommandEntry } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { helpCommand } from "./commands/help.ts";
import { jobsGroup } from "./commands/jobs.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { nextCommand } from "./commands/next.ts";
import { runCommand } from "./commands/run.ts";
import { schedulesGroup } from "./commands/schedules.ts";
import { schedulersCommand } from "./commands/schedulers.ts";
import { startCommand } from "./commands/start.ts";
import { tasksGroup } from "./commands/tasks.ts";

/** Every command: the one table behind the parser, the help and the documentation. */
export const commands: readonly CommandEntry[] = [
  startCommand,
  runCommand,
  tasksGroup,
  schedulesGroup,
  jobsGroup,
  schedulersCommand,
  nextCommand,
  checkCommand,
  migrateCommand,
  doctorCommand,
  helpCommand,
];
