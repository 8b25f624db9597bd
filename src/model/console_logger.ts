import { systemClock } from "../time/system_clock.ts";
import { Temporal } from "../time/temporal.ts";
import { type Logger, type LogLevel, logLevels, methodsByLevel } from "./logger.ts";
import { checkChoice, refuseUnknownOptions } from "./option_checks.ts";
import { printable } from "./printable.ts";

/** Options of {@linkcode consoleLogger}. */
export interface ConsoleLoggerOptions {
  /** The lowest level that is written. @default "warn" */
  readonly level?: LogLevel;
}

/**
 * A logger that writes lines for people on the standard error, with what a terminal would act on escaped. A scheduler
 * that is given no logger has one with level `warn`. Throws `invalidOption`.
 *
 * @example See starts, stops and changes too
 * ```ts
 * import { consoleLogger, Scheduler } from "carillon";
 *
 * await using scheduler = new Scheduler({ logger: consoleLogger({ level: "info" }) });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  refuseUnknownOptions(options, ["level"], "consoleLogger");
  const lowest = logLevels.indexOf(checkChoice(options.level ?? "warn", "level", "consoleLogger", logLevels));
  const methods = methodsByLevel((level) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (logLevels.indexOf(level) < lowest) return;
    const time = Temporal.Instant.fromEpochMilliseconds(systemClock.nowMs());
    const pairs = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined);
    const texts = pairs.map(([key, value]) => ` ${printable(key)}=${textOf(value)}`);
    // deno-lint-ignore no-console -- the standard error of every runtime
    console.error(`${time} ${level} carillon: ${printable(String(message))}${texts.join("")}`);
  });
  return { ...methods, isLevelEnabled: (level) => logLevels.indexOf(level) >= lowest };
}

/** A value in one line: short words without quotes, the rest as JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string" && /^[\w./:@#+-]+$/.test(value)) return value;
  try {
    return printable(JSON.stringify(value) ?? String(value));
  } catch {
    return "(cannot be shown)";
  }
}
