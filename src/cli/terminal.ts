/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  /** Writes to the standard output: what was asked for, and nothing else. */
  out(text: string): void;
  /** Writes to the standard error: progress, logs, warnings, errors. */
  err(text: string): void;
  /** Columns that a table may take; Infinity where nobody looks at it line by line. */
  readonly width: number;
  /** Whether the standard output shows colours. */
  readonly color: boolean;
  /** Whether somebody watches the standard error, so that a line may be redrawn. */
  readonly interactive: boolean;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /** Zone that times are shown in. */
  readonly timeZone: string;
  /** Everything that comes in on the standard input. */
  readInput(): Promise<string>;
}
