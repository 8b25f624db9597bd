import { basename } from "node:path";
import { systemClock } from "../time/system_clock.ts";
import type { TaskSource } from "../registry/task_types.ts";
import type { CommandContext } from "./command_context.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";
import { withProgress } from "./progress.ts";
import { painter } from "./render/colors.ts";
import { importTaskModules, taskSources } from "./task_modules.ts";

/** Imports the task modules and says which of them register nothing. Throws `taskModuleFailed`. */
export async function loadTasks(
  { tasks }: ResolvedConfiguration,
  context: CommandContext,
): Promise<readonly TaskSource[]> {
  const { terminal } = context;
  const label = () => "importing the task modules";
  const modules = await withProgress({ terminal, clock: systemClock, label }, () => importTaskModules(tasks));
  const sources = taskSources(modules);
  const paint = painter(terminal.color && terminal.interactive);
  for (const { file } of modules.filter((module) => module.sources.length === 0)) {
    context.note(
      `${paint("warning:", "yellow")} ${basename(tasks)}/${file} exports no task; ${NOTHING_HINT}`,
    );
  }
  return sources;
}

/** What to do about a module that registers nothing. */
export const NOTHING_HINT = "export one, or move the file into a folder for helpers";
