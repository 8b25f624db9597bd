import type { Command } from "../command.ts";

/** `help [command]`: what there is, and how it is used. */
export const helpCommand: Command = {
  name: "help",
  summary: "Show help for a command",
  arguments: [{
    name: "command",
    summary: "The command, such as 'jobs' or 'jobs list'",
    optional: true,
    repeatable: true,
  }],
  run(context) {
    context.terminal.out(`${context.help(context.arguments("command"))}\n`);
    return Promise.resolve();
  },
};
