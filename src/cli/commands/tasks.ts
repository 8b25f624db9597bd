import type { RegisteredTask } from "../../registry/registered_task.ts";
import { TaskRegistry } from "../../registry/task_registry.ts";
import type { TaskInfo } from "../../scheduler/views/task.ts";
import type { Command, CommandGroup } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import type { ResolvedConfiguration } from "../configuration/resolved_configuration.ts";
import { missingStore, withClient } from "../open_scheduler.ts";
import { painter } from "../render/colors.ts";
import { line } from "../../model/printable.ts";
import { facts, table } from "../render/table.ts";
import { lengthText } from "../render/times.ts";
import { loadTasksIfAny } from "../task_modules.ts";
import type { Terminal } from "../terminal.ts";

/** `tasks list`: the tasks of the task modules and of the store. */
const listCommand: Command = {
  name: "list",
  summary: "List the tasks of the task modules and of the store",
  options: settingOptions("store", "tasks"),
  async run(context) {
    const configuration = await loadConfiguration(context);
    const registry = new TaskRegistry();
    registry.add(await loadTasksIfAny(configuration, context));
    const stored = await storedTasks(configuration, context);
    const tasks = mergedTasks(registry.tasks(), stored);
    context.print(tasks, () => tasksTable(tasks, context));
  },
};

/** `tasks show <name>`. */
const showCommand: Command = {
  name: "show",
  summary: "Show one task of the store, and how its jobs run: limits, retries, times, retention",
  arguments: [{ name: "name", summary: "Name of the task" }],
  options: settingOptions("store"),
  async run(context) {
    const task = await withClient(context, (scheduler) => scheduler.getTask(context.argument("name")));
    context.print(task, () => taskText(task, context.terminal));
  },
};

/** `tasks pause <name>`. */
const pauseCommand: Command = {
  name: "pause",
  summary: "Stop starting jobs of a task, on every scheduler of the store, until it is resumed",
  arguments: [{ name: "name", summary: "Name of the task" }],
  options: settingOptions("store"),
  async run(context) {
    const task = await withClient(context, (scheduler) => scheduler.pauseTask(context.argument("name")));
    context.print(task, () => line`Task '${task.name}' is paused${stillRunning(task)}`);
  },
};

/** `tasks resume <name>`. */
const resumeCommand: Command = {
  name: "resume",
  summary: "Let the jobs of a paused task start again",
  arguments: [{ name: "name", summary: "Name of the task" }],
  options: settingOptions("store"),
  async run(context) {
    const task = await withClient(context, (scheduler) => scheduler.resumeTask(context.argument("name")));
    context.print(task, () => line`Task '${task.name}' runs again`);
  },
};

function stillRunning({ runningJobs }: TaskInfo): string {
  if (runningJobs === 0) return "";
  return runningJobs === 1
    ? "; 1 of its jobs is still running"
    : `; ${runningJobs} of its jobs are still running`;
}

/** `tasks …`: the tasks of the task modules and of the store. */
export const tasksGroup: CommandGroup = {
  name: "tasks",
  summary: "List and show tasks, and pause and resume them",
  commands: [listCommand, showCommand, pauseCommand, resumeCommand],
  defaultCommand: "list",
};

/** A task as the list shows it, from the code and the store. */
interface ListedTask {
  readonly name: string;
  readonly description: string | undefined;
  /** The place of its code; undefined for one that only the store knows. */
  readonly place: string | undefined;
  readonly version: number;
  readonly schedules: readonly string[];
  /** Undefined until a scheduler of the store has registered it. */
  readonly stored: TaskInfo | undefined;
}

async function storedTasks(
  configuration: ResolvedConfiguration,
  context: CommandContext,
): Promise<readonly TaskInfo[]> {
  // The tasks of the code are worth showing before there is a store.
  if (missingStore(configuration, context.terminal.directory) !== undefined) return [];
  return await withClient(context, (scheduler) => scheduler.getTasks());
}

function mergedTasks(coded: readonly RegisteredTask[], stored: readonly TaskInfo[]): readonly ListedTask[] {
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

function taskText({ settings, ...task }: TaskInfo, { color }: Terminal): string {
  const { concurrency, rateLimit, batchSize, retention, retry } = settings;
  return facts({
    task: task.name,
    description: task.description,
    version: String(task.version),
    state: `${task.paused ? "paused, " : ""}${task.runningJobs} running`,
    "at once": settings.maxRunningJobs === null
      ? "no limit"
      : `${settings.maxRunningJobs}${
        batchSize === null ? "" : settings.maxRunningJobs === 1 ? " call" : " calls"
      }`,
    batch: batchSize === null ? undefined : `up to ${batchSize} jobs a call`,
    "per key": concurrency === null
      ? undefined
      : `${concurrency.max} at once${concurrency.fifo ? ", strictly in order" : ""}`,
    rate: rateLimit === null
      ? undefined
      : `${rateLimit.limit} starts in ${lengthText(rateLimit.perMs)}${rateLimit.keyed ? ", per key" : ""}`,
    priority: `${settings.priority}, ${
      settings.ageingMs === null
        ? "does not age"
        : `one more for each ${lengthText(settings.ageingMs)} of waiting`
    }`,
    attempts: String(retry.maxAttempts),
    timeout: lengthOrNone(settings.timeoutMs),
    "time to live": lengthOrNone(settings.timeToLiveMs),
    "misfire grace": lengthOrNone(settings.misfireGraceTimeMs),
    "kept": `${kept("success", retention.successMs, retention.maxSuccess)}; ${
      kept("other", retention.otherMs, retention.maxOther)
    }`,
    executor: settings.executor ?? undefined,
    tags: settings.tags.join(", "),
    metadata: Object.keys(task.metadata).length === 0 ? undefined : JSON.stringify(task.metadata),
  }, painter(color));
}

function lengthOrNone(lengthMs: number | null): string | undefined {
  return lengthMs === null ? undefined : lengthText(lengthMs);
}

function kept(outcome: string, ageMs: number | null, countMax: number | undefined): string {
  return `${outcome} ${lengthOrNone(ageMs) ?? "forever"}${
    countMax === undefined ? "" : `, at most ${countMax}`
  }`;
}
