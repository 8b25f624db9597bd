import { didYouMean } from "../model/suggest.ts";
import type { CommandContext } from "./command_context.ts";
import { usageError } from "./parse_command_line.ts";

/** The value of an option that must be one of a few words. Throws `usage`. */
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

/** The value of an option that must be a whole number of at least 1. Throws `usage`. */
export function wholeNumber(context: CommandContext, name: string, max = 2 ** 31 - 1): number | undefined {
  const value = context.option(name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= max) return number;
  throw usageError(`Option --${name} must be a whole number from 1 to ${max}, but got '${value}'`);
}
