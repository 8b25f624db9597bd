/** The values of arguments and options, read from what was typed. */
import { CarillonError, messageOf } from "../errors.ts";
import { didYouMean } from "../model/text.ts";
import type { OptionSpec } from "./command.ts";
import type { CommandContext } from "./command_context.ts";
import { usageError } from "./parse_command_line.ts";

/** Returns the value of an option that must be one of a few words. Throws `usage`. */
export function oneOf<Word extends string>(
  context: CommandContext,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = context.option(name);
  if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
  throw usageError(
    `Option --${name} must be one of ${words.join(", ")}, but got '${value}'${didYouMean(value, words)}`,
  );
}

/** Returns the value of an option that must be a whole number of at least 1. Throws `usage`. */
export function wholeNumber(context: CommandContext, name: string, max = 2 ** 31 - 1): number | undefined {
  const value = context.option(name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= max) return number;
  throw usageError(`Option --${name} must be a whole number from 1 to ${max}, but got '${value}'`);
}

/** Returns the value of an option that must be a whole number, also a negative one. Throws `usage`. */
export function integer(context: CommandContext, name: string): number | undefined {
  const value = context.option(name);
  if (value === undefined) return undefined;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw usageError(`Option --${name} must be a whole number, but got '${value}'`);
}

/** The option that gives the input of a job or a schedule. */
export const inputOption: OptionSpec = {
  name: "input",
  value: "JSON",
  summary: "Its input as JSON; --input=- reads it from the standard input (default none)",
};

/** Resolves to the input that `--input` gives. Throws `invalidInput`. */
export async function inputOf(context: CommandContext, taskName: string): Promise<unknown> {
  const typed = context.option("input");
  return jsonInput(typed === "-" ? await context.terminal.readInput() : typed, taskName);
}

/** Returns a job's input from JSON. Throws `invalidInput`, naming the place and what was expected. */
export function jsonInput(text: string | undefined, taskName: string): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw new CarillonError(
      "invalidInput",
      `Input of task '${taskName}' is not JSON: ${messageOf(cause)}; ` +
        `write it in quotes as in '{"userId":"ada"}', but got '${shown}'`,
      { details: { taskName, text }, cause },
    );
  }
}
