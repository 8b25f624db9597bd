import { EXIT_CONFIGURATION } from "../exit_codes.ts";
import { checkEverything, type CheckReport } from "../check_everything.ts";
import type { Command } from "../command.ts";
import { configurationOptions, settingOptions } from "../configuration/option_layer.ts";
import { painter } from "../render/colors.ts";

/** `check`: everything that can be wrong before the start, at once. */
export const checkCommand: Command = {
  name: "check",
  summary:
    "Check the configuration, the task modules and the declared schedules, and report all problems at once",
  details: "Imports the task modules, but opens no store and runs nothing.",
  options: [
    ...settingOptions(
      "store",
      "tasks",
      "role",
      "name",
      "timeZone",
      "maxConcurrentJobs",
      "http",
      "tokens",
      "logLevel",
    ),
    ...configurationOptions,
  ],
  async run(context) {
    const report = await checkEverything(context);
    const { problems, warnings } = report;
    const paint = painter(context.terminal.color);
    context.print({ ok: problems.length === 0, ...report }, () =>
      [
        ...problems.map(({ code, message }) =>
          `${paint("problem:", "red")} ${message} ${paint(`(${code})`, "dim")}`
        ),
        ...warnings.map(({ message }) => `${paint("warning:", "yellow")} ${message}`),
        summary(report),
      ].join("\n"));
    return problems.length === 0 ? 0 : EXIT_CONFIGURATION;
  },
};

function summary({ problems, warnings, taskNames, schedules }: CheckReport): string {
  const counts = [
    counted(taskNames, "task"),
    counted(schedules, "schedule"),
    counted(problems, "problem"),
    counted(warnings, "warning"),
  ];
  return `${problems.length === 0 ? "ok" : "not ok"}: ${counts.join(", ")}`;
}

function counted({ length }: readonly unknown[], word: string): string {
  return `${length} ${word}${length === 1 ? "" : "s"}`;
}
