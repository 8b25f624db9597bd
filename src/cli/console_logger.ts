import type { Logger } from "../model/logger.ts";
import type { Clock } from "../time/clock.ts";
import { Temporal } from "../time/temporal.ts";
import { toJsonLine } from "./json_text.ts";
import { painter, type Tone } from "./render/colors.ts";
import { timeOfDay } from "./render/times.ts";
import type { Terminal } from "./terminal.ts";

/** From which level on something is written. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];
const tones: Readonly<Partial<Record<LogLevel, Tone>>> = { debug: "dim", warn: "yellow", error: "red" };

/** How a logger writes. */
export interface ConsoleLoggerOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly level: LogLevel;
  /** One JSON object a line, for machines. */
  readonly json: boolean;
  /** Lines that are not wanted, because they are told in another way. @default none */
  readonly skip?: (fields: Readonly<Record<string, unknown>>) => boolean;
}

/** A logger that writes on the standard error: a line for people, or a JSON object. */
export function consoleLogger(options: ConsoleLoggerOptions): Logger {
  const { terminal, clock, json, skip = () => false } = options;
  const lowest = levels.indexOf(options.level);
  const paint = painter(terminal.color && terminal.interactive);
  const line = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (levels.indexOf(level) < lowest || skip(fields)) return;
    const nowMs = clock.nowMs();
    if (json) {
      const at = Temporal.Instant.fromEpochMilliseconds(nowMs);
      return terminal.err(`${toJsonLine({ at, level, message, ...fields })}\n`);
    }
    const time = paint(timeOfDay(nowMs, terminal.timeZone), "dim");
    terminal.err(`${time}  ${paint(level.padEnd(5), tones[level])}  ${message}${fieldsText(fields)}\n`);
  };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Fields as `key=value`, short ones as they are. */
export function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(fields).filter(([, value]) => value !== undefined).map(([key, value]) => {
    const text = typeof value === "string" && /^[\w./:@#+-]+$/.test(value) ? value : toJsonLine(value);
    return ` ${key}=${text}`;
  });
  return texts.length === 0 ? "" : ` ${texts.join("")}`;
}
