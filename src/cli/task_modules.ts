import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CarillonError, messageOf } from "../errors.ts";
import { exportedTasks } from "../registry/found_tasks.ts";
import type { TaskSource } from "../registry/task_types.ts";
import type { CommandContext } from "./command_context.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";
import { painter } from "./render/colors.ts";
import { line } from "../model/printable.ts";
import { withProgress } from "./render/progress_line.ts";

/** A task module, imported. */
export interface TaskModule {
  /** Its file name in the folder. */
  readonly file: string;
  /** Its exports that are tasks, classes of tasks or instances of them; empty when it registers nothing. */
  readonly sources: readonly TaskSource[];
  /** The reason why it could not be imported. */
  readonly error?: CarillonError;
}

/** The advice for a module that registers nothing. */
export const NOTHING_HINT = "export one, or move the file into a folder for helpers";

/** The names of modules with code; tests, type declarations and files that begin with a dot or an underscore are left out. */
const MODULE = /^(?![._])(?!.*(?:_test\.|\.test\.|\.d\.)[cm]?[jt]s$).+\.[cm]?[jt]s$/;

/** Resolves to the tasks of the task modules; warns of modules that register nothing. Throws `taskModuleFailed`. */
export async function loadTasks(
  { tasks }: ResolvedConfiguration,
  context: CommandContext,
): Promise<readonly TaskSource[]> {
  const { terminal } = context;
  const modules = await withProgress(
    { terminal, label: "importing the task modules" },
    () => importTaskModules(tasks),
  );
  const sources = taskSources(modules);
  const warning = painter(terminal.color && terminal.interactive)("warning:", "yellow");
  for (const { file } of modules.filter((module) => module.sources.length === 0)) {
    context.note(warning + line` ${basename(tasks)}/${file} exports no task; ${NOTHING_HINT}`);
  }
  return sources;
}

/** The same, but none where no folder is configured and the default one does not exist. */
export async function loadTasksIfAny(
  configuration: ResolvedConfiguration,
  context: CommandContext,
): Promise<readonly TaskSource[]> {
  if (!existsSync(configuration.tasks) && !configuration.sources.has("tasks")) return [];
  return await loadTasks(configuration, context);
}

/**
 * Imports every task module of a folder, in the order of their names. Folders within it are for helpers. A
 * module that throws is returned with its error, so that all of them can be reported at once.
 *
 * Throws `taskModuleFailed` when there is no such folder.
 */
export async function importTaskModules(folder: string): Promise<readonly TaskModule[]> {
  const modules: TaskModule[] = [];
  for (const file of await moduleFiles(folder)) modules.push(await importModule(folder, file));
  return modules;
}

/** Returns the things to register from task modules. Throws `taskModuleFailed` for the first one that failed. */
export function taskSources(modules: readonly TaskModule[]): readonly TaskSource[] {
  const failed = modules.find(({ error }) => error !== undefined);
  if (failed?.error) throw failed.error;
  return [...new Set(modules.flatMap(({ sources }) => sources))];
}

async function moduleFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory() && MODULE.test(entry.name))
      .map(({ name }) => name).sort();
  } catch (cause) {
    throw new CarillonError(
      "taskModuleFailed",
      `Cannot read the folder of task modules '${folder}'; make it, or name another one with --tasks`,
      { details: { folder }, cause },
    );
  }
}

async function importModule(folder: string, file: string): Promise<TaskModule> {
  const path = join(folder, file);
  try {
    const module = await import(pathToFileURL(path).href) as Readonly<Record<string, unknown>>;
    return { file, sources: exportedTasks(module) };
  } catch (cause) {
    const error = new CarillonError(
      "taskModuleFailed",
      `Task module '${file}' cannot be imported: ${messageOf(cause)}`,
      { details: { file, path, reason: messageOf(cause) }, cause },
    );
    return { file, sources: [], error };
  }
}
