/**
 * The command line: `deno task scheduler <command>`, or `bun src/cli/main.ts <command>`.
 *
 * @module
 */
import process from "node:process";
import { runCommandLine } from "./command_line.ts";
import { commands } from "./commands.ts";
import { flush, processTerminal } from "./terminal.ts";

const code = await runCommandLine(process.argv.slice(2), processTerminal(), commands);
await flush();
// A task module may have left timers or sockets behind; the command has finished all the same.
process.exit(code);
