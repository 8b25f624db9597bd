import type { Logger, LogLevel } from "../../model/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { Temporal } from "../../time/temporal.ts";
import type { Terminal } from "../terminal.ts";
import { painter, type Tone } from "./colors.ts";
import { toJsonLine } from "./json_text.ts";
import { printable } from "../../model/printable.ts";
import { timeOfDay } from "./times.ts";

/** The lowest level that is written; `silent` writes none. */
export type LogThreshold = LogLevel | "silent";

const ranks: Readonly<Record<LogThreshold, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
const tones: Readonly<Record<LogLevel, Tone | undefined>> = {
  debug: "dim",
  info: undefined,
  warn: "yellow",
  error: "red",
};

/** Options of {@linkcode terminalLogger}. */
export interface TerminalLoggerOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly level: LogThreshold;
  /** One JSON object a line, for machines. */
  readonly json: boolean;
  /** True for the fields of lines that are reported in another way. @default none */
  readonly skip?: (fields: Readonly<Record<string, unknown>>) => boolean;
}

/** Returns a logger that writes on standard error: a line for people, or a JSON object. */
export function terminalLogger(options: TerminalLoggerOptions): Logger {
  const { terminal, clock, json, skip = () => false } = options;
  const paint = painter(terminal.color && terminal.interactive);
  const line = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (ranks[level] < ranks[options.level] || skip(fields)) return;
    const nowMs = clock.nowMs();
    if (json) {
      const at = Temporal.Instant.fromEpochMilliseconds(nowMs);
      return terminal.err(`${toJsonLine({ at, level, message, ...fields })}\n`);
    }
    const time = paint(timeOfDay(nowMs, terminal.timeZone), "dim");
    terminal.err(
      `${time}  ${paint(level.padEnd(5), tones[level])}  ${printable(message)}${fieldsText(fields)}\n`,
    );
  };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Returns fields as `key=value`; short words without quotes. */
export function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined).map(([key, value]) => {
    const text = typeof value === "string" && /^[\w./:@#+-]+$/.test(value) ? value : toJsonLine(value);
    return ` ${printable(key)}=${text}`;
  });
  return pairs.length === 0 ? "" : ` ${pairs.join("")}`;
}
