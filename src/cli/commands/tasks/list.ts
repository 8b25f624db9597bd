import { existsSync } from "node:fs";
import { TaskRegistry } from "../../../registry/task_registry.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import type { TaskInfo } from "../../../scheduler/views/task.ts";
import type { Command } from "../../command.ts";
import type { CommandContext } from "../../command_context.ts";
import { loadConfiguration } from "../../configuration/load_configuration.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import type { ResolvedConfiguration } from "../../configuration/resolved_configuration.ts";
import { loadTasks } from "../../load_tasks.ts";
import { missingStore, withClient } from "../../open_scheduler.ts";
import { painter } from "../../render/colors.ts";
import { table } from "../../render/table.ts";

/** A task as the list shows it: what the code says, and what the store knows. */
interface ListedTask {
  readonly name: string;
  readonly description: string | undefined;
  /** Where its code is; undefined for one that only the store knows. */
  readonly place: string | undefined;
  readonly version: number;
  readonly schedules: readonly string[];
  /** Undefined as long as no scheduler of the store has registered it. */
  readonly stored: TaskInfo | undefined;
}

/** `tasks list`: the tasks of the task modules and of the store. */
export const listTasksCommand: Command = {
  name: "list",
  summary: "List the tasks of the task modules and of the store",
  options: [...settingOptions("store", "tasks"), ...configurationOptions],
  async run(context) {
    const configuration = await loadConfiguration(context);
    const registry = new TaskRegistry();
    if (existsSync(configuration.tasks) || configuration.sources.has("tasks")) {
      registry.add(await loadTasks(configuration, context));
    }
    const stored = await storedTasks(configuration, context);
    const tasks = listed(registry.tasks(), stored);
    context.print(tasks, () => tasksTable(tasks, context));
  },
};

async function storedTasks(
  configuration: ResolvedConfiguration,
  context: CommandContext,
): Promise<readonly TaskInfo[]> {
  // What the code says is worth showing before there is a store.
  if (missingStore(configuration, context.terminal.directory) !== undefined) return [];
  return await withClient(context, (scheduler) => scheduler.getTasks());
}

function listed(coded: readonly RegisteredTask[], stored: readonly TaskInfo[]): readonly ListedTask[] {
  const names = [...new Set([...coded, ...stored].map(({ name }) => name))].sort();
  return names.map((name) => {
    const code = coded.find((task) => task.name === name);
    const info = stored.find((task) => task.name === name);
    return {
      name,
      description: code?.description ?? info?.description ?? undefined,
      place: code?.place,
      version: code?.version ?? info?.version ?? 1,
      schedules: code?.schedules.map(({ id }) => id) ?? [],
      stored: info,
    };
  });
}

function tasksTable(tasks: readonly ListedTask[], { terminal }: CommandContext): string {
  if (tasks.length === 0) return "There are no tasks";
  const paint = painter(terminal.color);
  return table({
    columns: [
      { title: "TASK", whole: true },
      { title: "STATE", whole: true },
      { title: "SCHEDULES" },
      { title: "DESCRIPTION" },
      { title: "PLACE" },
    ],
    rows: tasks.map((task) => [
      task.name,
      stateOf(task),
      task.schedules.join(", "),
      task.description ?? "",
      relative(task.place, terminal.directory),
    ]),
    width: terminal.width,
    paint: (text, row) => paint(text, row < 0 ? "dim" : undefined),
  });
}

function stateOf({ stored, place }: ListedTask): string {
  if (stored === undefined) return "new";
  if (stored.paused) return "paused";
  if (stored.runningJobs > 0) return `${stored.runningJobs} running`;
  return place === undefined ? "no code here" : "idle";
}

function relative(place: string | undefined, directory: string): string {
  return place?.startsWith(`${directory}/`) ? place.slice(directory.length + 1) : place ?? "";
}
