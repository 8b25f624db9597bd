import { isCarillonError } from "../errors.ts";
import type { CommandEntry } from "./command.ts";
import { CommandContext } from "./command_context.ts";
import { EXIT_OK } from "./exit_codes.ts";
import { helpText } from "./help.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { reportError } from "./report_error.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Runs a command line: finds the command, does it, reports what went wrong. Answers the exit code. */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  table: readonly CommandEntry[],
): Promise<number> {
  try {
    const { command, given, help } = parseCommandLine(args, table);
    const context = new CommandContext(terminal, given, (path) => helpText(path, table));
    if (context.flag("version")) {
      context.print({ version: version() }, version);
      return EXIT_OK;
    }
    if (help !== undefined) {
      terminal.out(`${context.help(help)}\n`);
      return EXIT_OK;
    }
    return await command.run(context) ?? EXIT_OK;
  } catch (error) {
    return reportError(error, terminal, { json: asks(args, "--json"), verbose: asksVerbose(args, error) });
  }
}

/** A command line that was not understood may still have said how it wants its errors. */
function asks(args: readonly string[], option: string): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes(option);
}

function asksVerbose(args: readonly string[], error: unknown): boolean {
  // Where the words are the problem, the stack is of no use.
  return !isCarillonError(error, "usage") && (asks(args, "--verbose") || asks(args, "-v"));
}
