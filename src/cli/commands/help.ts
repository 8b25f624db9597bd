import { readFileSync } from "node:fs";
import {
  type Command,
  type CommandEntry,
  type CommandGroup,
  commonOptions,
  isGroup,
  type OptionSpec,
} from "../command.ts";
import { argumentText, unknownCommand } from "../parse_command_line.ts";

/** `help [command]`: the commands and their options. */
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
    context.printHelp(context.arguments("command"));
    return Promise.resolve();
  },
};

/**
 * Returns the help of the program, of a group of commands, or of a command; `program` is how the user calls it. Throws
 * `usage` for a path that is none.
 */
export function helpText(
  path: readonly string[],
  table: readonly CommandEntry[],
  program: string = "carillon",
): string {
  const [first, second] = path;
  if (first === undefined) return programHelp(table, program);
  const entry = table.find(({ name }) => name === first);
  if (entry === undefined) throw unknownCommand(first, [], table);
  if (!isGroup(entry)) return commandHelp([entry.name], entry, program);
  if (second === undefined) return groupHelp(entry, program);
  const command = entry.commands.find(({ name }) => name === second);
  if (command === undefined) throw unknownCommand(second, [first], entry.commands);
  return commandHelp([entry.name, command.name], command, program);
}

/** Returns the version of Carillon. */
export function version(): string {
  const file = new URL("../../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return version;
}

function programHelp(table: readonly CommandEntry[], program: string): string {
  return sections([
    "Carillon: schedules tasks, runs their jobs, and shows what became of them.",
    `Usage: ${program} [command] [options]     (without a command: start)`,
    listing("Commands", table.map(({ name, summary }) => [name, summary])),
    listing("Options of every command", commonOptions.map(optionRow)),
    `More about one of them: ${program} help <command>`,
  ]);
}

function groupHelp(
  { name, summary, commands, defaultCommand }: CommandGroup,
  program: string,
): string {
  return sections([
    `${summary}.`,
    `Usage: ${program} ${name} [command] [options]     (without a command: ${defaultCommand})`,
    listing("Commands", commands.map((command) => [commandLine(command), command.summary])),
    `More about one of them: ${program} help ${name} <command>`,
  ]);
}

function commandHelp(path: readonly string[], command: Command, program: string): string {
  const examples = (command.examples ?? []).map((example) => `  ${program} ${example}`);
  const words = [program, ...path.slice(0, -1), commandLine(command)].join(" ");
  return sections([
    `${command.summary}.`,
    command.details ?? "",
    `Usage: ${words} [options]`,
    listing("Arguments", (command.arguments ?? []).map((spec) => [argumentText(spec), spec.summary])),
    listing("Options", (command.options ?? []).map(optionRow)),
    listing("Options of every command", commonOptions.map(optionRow)),
    examples.length === 0 ? "" : ["Examples:", ...examples].join("\n"),
  ]);
}

function commandLine({ name, arguments: specs = [] }: Command): string {
  return [name, ...specs.map(argumentText)].join(" ");
}

function optionRow({ name, letter, value, repeatable, summary }: OptionSpec): readonly [string, string] {
  const short = letter === undefined ? "    " : `-${letter}, `;
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return [short + long, repeatable ? `${summary} (can be repeated)` : summary];
}

function listing(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([left]) => left.length));
  return [`${title}:`, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join("\n");
}

function sections(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
