import type { TaskInfo } from "../../../scheduler/views/task.ts";
import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";
import { painter } from "../../render/colors.ts";
import { facts } from "../../render/facts.ts";
import { lengthText } from "../../render/times.ts";
import type { Terminal } from "../../terminal.ts";

/** `tasks show <name>`. */
export const showTaskCommand: Command = {
  name: "show",
  summary: "Show one task of the store, and how its jobs run: limits, retries, times, retention",
  arguments: [{ name: "name", summary: "Name of the task" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const task = await withClient(context, (scheduler) => scheduler.getTask(context.argument("name")));
    context.print(task, () => taskText(task, context.terminal));
  },
};

/** A task for people. */
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
    "for each key": concurrency === null
      ? undefined
      : `${concurrency.max} at once${concurrency.fifo ? ", strictly in order" : ""}`,
    rate: rateLimit === null
      ? undefined
      : `${rateLimit.limit} starts in ${lengthText(rateLimit.perMs)}${
        rateLimit.keyed ? ", for each key" : ""
      }`,
    priority: `${settings.priority}, ${
      settings.ageingMs === null
        ? "never more"
        : `one more for each ${lengthText(settings.ageingMs)} of waiting`
    }`,
    attempts: String(retry.maxAttempts),
    timeout: length(settings.timeoutMs),
    "time to live": length(settings.timeToLiveMs),
    "misfire grace": length(settings.misfireGraceTimeMs),
    "kept": `${kept("success", retention.successMs, retention.maxSuccess)}; ${
      kept("other", retention.otherMs, retention.maxOther)
    }`,
    executor: settings.executor ?? undefined,
    tags: settings.tags.join(", "),
    metadata: Object.keys(task.metadata).length === 0 ? undefined : JSON.stringify(task.metadata),
  }, painter(color));
}

function length(lengthMs: number | null): string | undefined {
  return lengthMs === null ? undefined : lengthText(lengthMs);
}

function kept(outcome: string, ageMs: number | null, countMax: number | undefined): string {
  return `${outcome} ${length(ageMs) ?? "for ever"}${countMax === undefined ? "" : `, at most ${countMax}`}`;
}
