import { parseArgs } from "@std/cli/parse-args";
import { CarillonError } from "../errors.ts";
import { didYouMean } from "../model/text.ts";
import {
  type ArgumentSpec,
  type Command,
  type CommandEntry,
  commonOptions,
  isGroup,
  type OptionSpec,
} from "./command.ts";
import type { GivenValues } from "./command_context.ts";

/** The command that runs when none is named. */
const DEFAULT_COMMAND = "start";

/** A parsed command line. */
export interface ParsedCommandLine {
  /** The words that name the command: `["jobs", "list"]`. */
  readonly path: readonly string[];
  readonly command: Command;
  readonly given: GivenValues;
  /** The path whose help is to be shown, if any; the whole table for an empty path. */
  readonly help: readonly string[] | undefined;
}

/** Finds the command and its values. Throws `usage`, naming what was expected. */
export function parseCommandLine(
  args: readonly string[],
  table: readonly CommandEntry[],
): ParsedCommandLine {
  const specs = [...commonOptions, ...table.flatMap(optionsOf)];
  const { options, words, unknown } = splitArguments(args, specs);
  const { path, command, named } = findCommand(words, table);
  const allowed = [...commonOptions, ...(command.options ?? [])];
  const given = checkOptions(options, unknown, allowed, path);
  if (given.has("help") || given.has("version")) {
    const help = words.slice(0, named);
    return { path, command, given: { arguments: new Map(), options: given }, help };
  }
  return {
    path,
    command,
    given: { arguments: bindArguments(words.slice(named), command, path), options: given },
    help: undefined,
  };
}

/** Returns an error about the command line; its report names the help of the command. */
export function usageError(message: string, path: readonly string[] = []): CarillonError {
  return new CarillonError("usage", message, { details: { command: path.join(" ") } });
}

function optionsOf(entry: CommandEntry): readonly OptionSpec[] {
  return isGroup(entry) ? entry.commands.flatMap(optionsOf) : entry.options ?? [];
}

interface SplitArguments {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
  /** The first option that no command knows. */
  readonly unknown: string | undefined;
}

function splitArguments(args: readonly string[], specs: readonly OptionSpec[]): SplitArguments {
  const unknown: string[] = [];
  const letters = specs.filter(({ letter }) => letter !== undefined);
  const parsed = parseArgs(args, {
    string: ["_", ...namesOf(specs, ({ value }) => value !== undefined)],
    boolean: namesOf(specs, ({ value }) => value === undefined),
    collect: namesOf(specs, ({ repeatable }) => repeatable === true),
    alias: Object.fromEntries(letters.map(({ letter, name }) => [letter, name])),
    "--": true,
    unknown: (argument, key) => {
      if (key === undefined) return true;
      unknown.push(argument.replace(/=.*/s, ""));
      return false;
    },
  });
  const options = new Map<string, readonly string[]>();
  for (const { name, value } of specs) {
    const found = parsed[name];
    if (value === undefined && found === true) options.set(name, []);
    if (typeof found === "string") options.set(name, [found]);
    if (Array.isArray(found) && found.length > 0) options.set(name, found.map(String));
  }
  return { options, words: [...parsed._.map(String), ...(parsed["--"] ?? [])], unknown: unknown[0] };
}

function namesOf(specs: readonly OptionSpec[], wanted: (spec: OptionSpec) => boolean): string[] {
  return [...new Set(specs.filter(wanted).map(({ name }) => name))];
}

interface FoundCommand {
  readonly path: readonly string[];
  readonly command: Command;
  /** The number of words that named it. */
  readonly named: number;
}

function findCommand(words: readonly string[], table: readonly CommandEntry[]): FoundCommand {
  const [first, second] = words;
  const entry = table.find(({ name }) => name === (first ?? DEFAULT_COMMAND));
  if (entry === undefined) throw unknownCommand(first!, [], table);
  if (!isGroup(entry)) return { path: [entry.name], command: entry, named: Math.min(words.length, 1) };
  const command = entry.commands.find(({ name }) => name === (second ?? entry.defaultCommand));
  if (command === undefined) throw unknownCommand(second!, [entry.name], entry.commands);
  return { path: [entry.name, command.name], command, named: Math.min(words.length, 2) };
}

/** Returns the error for a word that names no command. */
export function unknownCommand(
  word: string,
  path: readonly string[],
  entries: readonly CommandEntry[],
): CarillonError {
  const names = entries.map(({ name }) => name);
  return usageError(`There is no command '${[...path, word].join(" ")}'${didYouMean(word, names)}`, path);
}

function checkOptions(
  options: SplitArguments["options"],
  unknown: string | undefined,
  allowed: readonly OptionSpec[],
  path: readonly string[],
): SplitArguments["options"] {
  const names = allowed.map(({ name }) => name);
  const foreign = unknown ?? [...options.keys()].map((name) => `--${name}`)
    .find((option) => !names.includes(option.slice(2)));
  if (foreign !== undefined) {
    const hint = didYouMean(foreign, names.map((name) => `--${name}`));
    throw usageError(`Command '${path.join(" ")}' has no option '${foreign}'${hint}`, path);
  }
  for (const { name, value } of allowed) {
    if (value === undefined || !options.get(name)?.includes("")) continue;
    throw usageError(`Option --${name} needs a value: --${name}=${value}`, path);
  }
  return options;
}

function bindArguments(
  words: readonly string[],
  command: Command,
  path: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const specs = command.arguments ?? [];
  const bound = new Map<string, readonly string[]>();
  specs.forEach((spec, i) => {
    const values = spec.repeatable ? words.slice(i) : words.slice(i, i + 1);
    if (values.length === 0 && !spec.optional) {
      throw usageError(`Command '${path.join(" ")}' needs ${argumentText(spec)}: ${spec.summary}`, path);
    }
    bound.set(spec.name, values);
  });
  const extra = specs.at(-1)?.repeatable ? undefined : words[specs.length];
  if (extra === undefined) return bound;
  throw usageError(`Command '${path.join(" ")}' takes no argument '${extra}'`, path);
}

/** Returns an argument as the help shows it. */
export function argumentText({ name, optional, repeatable }: ArgumentSpec): string {
  const text = `<${name}>${repeatable ? "..." : ""}`;
  return optional ? `[${text}]` : text;
}
