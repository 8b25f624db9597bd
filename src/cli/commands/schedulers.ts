import type { SchedulerInfo } from "../../scheduler/views/scheduler.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { withClient } from "../open_scheduler.ts";
import { painter } from "../render/colors.ts";
import { table } from "../render/table.ts";
import { distanceText, lengthText, localTime } from "../render/times.ts";

/** `schedulers`: the schedulers of the store. */
export const schedulersCommand: Command = {
  name: "schedulers",
  summary: "List the schedulers of the store: whether they are alive, their role, load, lease and tags",
  options: settingOptions("store"),
  async run(context) {
    const schedulers = await withClient(context, (scheduler) => scheduler.getSchedulers());
    context.print(schedulers, () => schedulersTable(schedulers, context));
  },
};

function schedulersTable(schedulers: readonly SchedulerInfo[], { terminal }: CommandContext): string {
  if (schedulers.length === 0) return "No scheduler is registered";
  const { color, width, timeZone } = terminal;
  const paint = painter(color);
  const nowMs = systemClock.nowMs();
  const titles = ["SCHEDULER", "ROLE", "STATE", "RUNS", "LEASE", "STARTED", "PROCESS", "TAGS", "TASKS"];
  return table({
    columns: titles.map((title, i) => ({ title, whole: i < 3 })),
    rows: schedulers.map(({ name, role, alive, runningJobs, leaseUntil, lease, ...more }) => [
      name,
      role,
      alive ? "alive" : "silent",
      String(runningJobs),
      `${lengthText(lease.total("millisecond"))}, ends ${distanceText(leaseUntil.epochMilliseconds, nowMs)}`,
      localTime(more.startedAt, timeZone),
      `${more.hostname} ${more.pid}`,
      more.tags.join(", "),
      more.tasks.map((task) => task.version === 1 ? task.name : `${task.name} v${task.version}`).join(", "),
    ]),
    width,
    paint: (text, row, column) =>
      paint(text, row < 0 ? "dim" : column === 2 ? (schedulers[row]!.alive ? "green" : "red") : undefined),
  });
}
