/**
 * The destination of Carillon's log lines. Any logger with these four methods fits: `console`, pino, winston,
 * LogTape. Messages are short sentences; facts come as fields.
 */
export interface Logger {
  /** Every wake-up, claim and skip, with its reason. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Normal operation. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A problem that was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A problem that needs attention. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** True if it writes lines of a level; otherwise they are not even put together. @default it does */
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

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  isLevelEnabled: () => false,
};

/** True if it is worth putting a debug line together. */
export function isDebugEnabled(logger: Logger): boolean {
  return logger.isLevelEnabled?.("debug") ?? true;
}
