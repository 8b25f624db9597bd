/**
 * Where Carillon writes what it does. Any logger with these four methods fits: `console`, pino, winston,
 * LogTape. Messages are short sentences; facts come as fields.
 */
export interface Logger {
  /** Every wake-up, claim and skip, with its reason. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What people want to see of a working system. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and needs somebody. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Whether it writes lines of a level; where it does not, they are not even put together. @default it does */
  isLevelEnabled?(level: "debug"): boolean;
}

/** The levels of log lines, the least important first. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** The importance of a log line. */
export type LogLevel = typeof logLevels[number];

/** Makes the methods of a logger, one for each level. */
export function methodsByLevel<Method>(method: (level: LogLevel) => Method): Record<LogLevel, Method> {
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}

/** A logger that says nothing: what holds when no logger was given. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  isLevelEnabled: () => false,
};

/** Whether it is worth putting a debug line together. */
export function isDebugEnabled(logger: Logger): boolean {
  return logger.isLevelEnabled?.("debug") ?? true;
}
