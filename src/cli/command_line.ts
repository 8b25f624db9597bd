import { isCarillonError } from "../errors.ts";
import type { CommandEntry } from "./command.ts";
import { CommandContext } from "./command_context.ts";
import { helpText, version } from "./commands/help.ts";
import { EXIT_OK } from "./exit_codes.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { printableOutput } from "../model/printable.ts";
import { reportError } from "./report_error.ts";
import type { Terminal } from "./terminal.ts";

/** Finds and runs the command of a command line, and reports its error. Resolves to the exit code. */
export async function runCommandLine(
  args: readonly string[],
  streams: Terminal,
  table: readonly CommandEntry[],
): Promise<number> {
  const terminal = escaping(streams);
  try {
    const { command, given, help } = parseCommandLine(args, table);
    const context = new CommandContext(terminal, given, (path) => helpText(path, table, terminal.program));
    if (context.flag("version")) {
      context.print({ version: version() }, version);
      return EXIT_OK;
    }
    if (help !== undefined) {
      context.printHelp(help);
      return EXIT_OK;
    }
    if (context.json) terminal.reserveOutput();
    return await command.run(context) ?? EXIT_OK;
  } catch (error) {
    return reportError(error, terminal, { json: isGiven(args, "--json"), verbose: isVerbose(args, error) });
  }
}

/** Returns the terminal with the last door before its streams: whatever a string holds, it does not act on a terminal. */
function escaping(streams: Terminal): Terminal {
  return {
    ...streams,
    out: (text) => streams.out(printableOutput(text)),
    err: (text) => streams.err(printableOutput(text)),
  };
}

/** True if an option is given, even in a command line that cannot be parsed. */
function isGiven(args: readonly string[], option: string): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes(option);
}

function isVerbose(args: readonly string[], error: unknown): boolean {
  // The stack does not help with a wrong command line.
  return !isCarillonError(error, "usage") && (isGiven(args, "--verbose") || isGiven(args, "-v"));
}
