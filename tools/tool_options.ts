import process from "node:process";
import { parseArgs, type ParseArgsConfig } from "node:util";

/** The exit code for invalid options; 1 means that something was found. */
const USAGE = 2;

/** Reads the options of a tool; ends the process with exit code 2 where they are wrong. */
export function toolOptions<const Config extends NonNullable<ParseArgsConfig["options"]>>(
  options: Config,
  allowPositionals = false,
): ReturnType<typeof parseArgs<{ options: Config; allowPositionals: boolean }>> {
  try {
    return parseArgs({ args: process.argv.slice(2), options, allowPositionals });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** A number of at least so much; ends the process with exit code 2 for anything else. */
export function numberOption(text: string, option: string, min: number, whole = true): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= min && number < Infinity && (!whole || Number.isInteger(number))) return number;
  return refuse(`${option} must be a ${whole ? "whole " : ""}number of at least ${min}, but got '${text}'`);
}

/** Says what is wrong with the call, and ends the process with exit code 2. */
export function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(USAGE);
}
