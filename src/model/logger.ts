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
}

/** A logger that says nothing: what holds when no logger was given. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
