import type { CommandContext } from "./command_context.ts";

/** An option of a command. */
export interface OptionSpec {
  /** Its long name, without the dashes. */
  readonly name: string;
  /** Its letter, if it has one. */
  readonly letter?: string;
  /** The name of its value in the help; absent where it takes none. */
  readonly value?: string;
  /** True if it can be given more than once. */
  readonly repeatable?: boolean;
  /** Its effect, in one line. */
  readonly summary: string;
}

/** A positional argument of a command. */
export interface ArgumentSpec {
  /** Its name in the help. */
  readonly name: string;
  /** Its meaning, in one line. */
  readonly summary: string;
  /** True if it can be left out. */
  readonly optional?: boolean;
  /** True if there can be several; only for the last one. */
  readonly repeatable?: boolean;
}

/** A command: its description for the help and the parser, and its work. */
export interface Command {
  readonly name: string;
  /** Its effect, in one line. */
  readonly summary: string;
  /** More about it, for its own help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  /** Its own options; those that every command has are not listed. */
  readonly options?: readonly OptionSpec[];
  /** Command lines to copy, without the program. */
  readonly examples?: readonly string[];
  /** Does its work; resolves to the exit code, 0 by default. */
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

/** True if an entry of the table holds further commands. */
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
