import type { CommandContext } from "./command_context.ts";

/** An option of a command. */
export interface OptionSpec {
  /** Its long name, without the dashes. */
  readonly name: string;
  /** Its letter, if it has one. */
  readonly letter?: string;
  /** What its value is called in the help; missing where it takes none. */
  readonly value?: string;
  /** Whether it can be given more than once. */
  readonly repeatable?: boolean;
  /** What it does, in one line. */
  readonly summary: string;
}

/** A positional argument of a command. */
export interface ArgumentSpec {
  /** What it is called in the help. */
  readonly name: string;
  /** What it is, in one line. */
  readonly summary: string;
  /** Whether it can be left out. */
  readonly optional?: boolean;
  /** Whether there can be several; only the last one. */
  readonly repeatable?: boolean;
}

/** A command: what the help and the parser know of it, and what it does. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** More about it, for its own help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  /** Its own options; those that every command has are not listed. */
  readonly options?: readonly OptionSpec[];
  /** Command lines to copy, without the program. */
  readonly examples?: readonly string[];
  /** Does it; answers the exit code, 0 where it answers nothing. */
  run(context: CommandContext): Promise<number | void>;
}

/** Commands about one thing: `schedules list`, `schedules pause`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
  /** The command that runs when none is named. */
  readonly defaultCommand: string;
}

/** A line of the command table. */
export type CommandEntry = Command | CommandGroup;

/** Whether an entry of the table holds further commands. */
export function isGroup(entry: CommandEntry): entry is CommandGroup {
  return "commands" in entry;
}

/** The options that every command has. */
export const commonOptions: readonly OptionSpec[] = [
  { name: "json", summary: "Write JSON on the standard output, and nothing else there" },
  { name: "verbose", letter: "v", summary: "Log everything, and show the stack of an error" },
  { name: "help", letter: "h", summary: "Show help for the command" },
  { name: "version", summary: "Show the version" },
];
