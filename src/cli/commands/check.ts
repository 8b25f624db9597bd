import { CarillonError, type ErrorCode, messageOf } from "../../errors.ts";
import { didYouMean } from "../../model/text.ts";
import type { DeclaredSchedule, RegisteredTask } from "../../registry/registered_task.ts";
import { TaskRegistry } from "../../registry/task_registry.ts";
import { validateInput } from "../../registry/validate.ts";
import { DECLARED_GROUP } from "../../scheduler/schedules/declared_schedules.ts";
import { UTC } from "../../time/time_zone.ts";
import { lint } from "../../triggers/words/lint.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { readConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import type { ResolvedConfiguration } from "../configuration/resolved_configuration.ts";
import { EXIT_CONFIGURATION } from "../exit_codes.ts";
import { loadExecutors } from "../load_executors.ts";
import { EVENT_LOOP, missingStore, withClient } from "../open_scheduler.ts";
import { painter } from "../render/colors.ts";
import { printable } from "../../model/printable.ts";
import { withProgress } from "../render/progress_line.ts";
import { importTaskModules, NOTHING_HINT } from "../task_modules.ts";

/** `check`: reports everything that can be wrong before the start, at once. */
export const checkCommand: Command = {
  name: "check",
  summary:
    "Check the configuration, the task modules and the declared schedules, and report all problems at once",
  details:
    "Imports the task modules and runs nothing. Stores that exist are read, for schedules whose task is gone.",
  options: settingOptions(
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
  async run(context) {
    const report = await checkEverything(context);
    const { problems, warnings } = report;
    const paint = painter(context.terminal.color);
    context.print({ ok: problems.length === 0, ...report }, () =>
      [
        ...problems.map(({ code, message }) =>
          `${paint("problem:", "red")} ${printable(message)} ${paint(`(${code})`, "dim")}`
        ),
        ...warnings.map(({ message }) => `${paint("warning:", "yellow")} ${printable(message)}`),
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

/** Something that is wrong, or likely unintended. */
interface Finding {
  readonly code: ErrorCode | "lint";
  readonly message: string;
}

/** The findings of `check`. */
interface CheckReport {
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly taskNames: readonly string[];
  /** Ids of the declared schedules. */
  readonly schedules: readonly string[];
}

/** Checks everything that needs no open store and no running job. */
async function checkEverything(context: CommandContext): Promise<CheckReport> {
  const findings = new Findings();
  const { configuration, problems } = await readConfiguration(context);
  for (const { message } of problems) findings.problems.push({ code: "invalidConfiguration", message });
  const folder = configuration?.tasks;
  const registry = folder === undefined ? new TaskRegistry() : await checkModules(folder, context, findings);
  if (configuration !== undefined) {
    const { directory } = context.terminal;
    await findings.collect(async () => void await loadExecutors(configuration.executors, directory));
    for (const task of registry.tasks()) await checkTask(task, configuration, findings);
    await checkStored(registry, configuration, context, findings);
  }
  const tasks = registry.tasks();
  return {
    problems: findings.problems,
    warnings: findings.warnings,
    taskNames: tasks.map(({ name }) => name),
    schedules: tasks.flatMap(({ schedules }) => schedules.map(({ id }) => id)),
  };
}

/** The findings so far. */
class Findings {
  readonly problems: Finding[] = [];
  readonly warnings: Finding[] = [];

  /** Runs a step; an error that it throws becomes a problem, with `where` before its message. */
  async collect(step: () => void | Promise<void>, where = ""): Promise<void> {
    try {
      await step();
    } catch (error) {
      const code = error instanceof CarillonError ? error.code : "internal";
      this.problems.push({ code, message: where + messageOf(error) });
    }
  }
}

async function checkModules(
  folder: string,
  context: CommandContext,
  findings: Findings,
): Promise<TaskRegistry> {
  const registry = new TaskRegistry();
  await findings.collect(async () => {
    const { terminal } = context;
    const modules = await withProgress(
      { terminal, label: "importing the task modules" },
      () => importTaskModules(folder),
    );
    for (const { file, sources, error } of modules) {
      if (error !== undefined) findings.problems.push({ code: error.code, message: error.message });
      else if (sources.length === 0) {
        findings.warnings.push({
          code: "taskModuleFailed",
          message: `${file} exports no task; ${NOTHING_HINT}`,
        });
      } else await findings.collect(() => void registry.add(sources), `${file}: `);
    }
  });
  return registry;
}

/**
 * A task that left the code leaves its declared schedules behind: they make jobs that nothing runs. Those that a live
 * scheduler knows are another program's.
 */
async function checkStored(
  registry: TaskRegistry,
  configuration: ResolvedConfiguration,
  context: CommandContext,
  findings: Findings,
): Promise<void> {
  if (missingStore(configuration, context.terminal.directory) !== undefined) return;
  try {
    await withClient(context, async (scheduler) => {
      const live = (await scheduler.getSchedulers()).filter(({ alive }) => alive);
      const known = new Set(live.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
      for await (const { id, taskName, status } of scheduler.allSchedules({ group: DECLARED_GROUP })) {
        if (status === "finished" || registry.find(taskName) || known.has(taskName)) continue;
        findings.warnings.push({
          code: "unknownTask",
          message:
            `Schedule '${id}' is stored and still fires, but its task '${taskName}' is in no task module; ` +
            `'${context.terminal.program} schedules remove ${id}' ends it`,
        });
      }
    });
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error;
    findings.warnings.push({ code: error.code, message: `The store cannot be read: ${error.message}` });
  }
}

async function checkTask(
  task: RegisteredTask,
  configuration: ResolvedConfiguration,
  findings: Findings,
): Promise<void> {
  const { executor } = task.overrides;
  const executors = [EVENT_LOOP, ...Object.keys(configuration.executors)];
  if (executor && !executors.includes(executor)) {
    findings.problems.push({
      code: "unknownExecutor",
      message: `Task '${task.name}' asks for an executor '${executor}', which is not configured${
        didYouMean(executor, executors)
      }`,
    });
  }
  for (const schedule of task.schedules) await checkSchedule(task, schedule, configuration, findings);
}

async function checkSchedule(
  task: RegisteredTask,
  { id, trigger, options, place }: DeclaredSchedule,
  { stores, options: { timeZone = UTC } }: ResolvedConfiguration,
  findings: Findings,
): Promise<void> {
  const where = `Schedule '${id}'${place === undefined ? "" : ` (${place})`}`;
  const { store } = options;
  if (store !== undefined && !(store in stores)) {
    const message = `${where} is kept in a store '${store}', which is not configured${
      didYouMean(store, Object.keys(stores))
    }`;
    findings.problems.push({ code: "unknownStore", message });
  }
  await findings.collect(async () => void await validateInput(task, options.input), `${where}: `);
  await findings.collect(() => {
    for (const { rule, message, hint } of lint(trigger.withTimeZone(timeZone))) {
      const text = `${where}: ${message}; ${hint}`;
      if (rule === "neverFires") findings.problems.push({ code: "neverFires", message: text });
      else findings.warnings.push({ code: "lint", message: text });
    }
  }, `${where}: `);
}
