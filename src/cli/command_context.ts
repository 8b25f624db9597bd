import { CarillonError } from "../errors.ts";
import { toJson } from "./render/json_text.ts";
import type { Terminal } from "./terminal.ts";

/** The values given on the command line, by the names of the command table. */
export interface GivenValues {
  readonly arguments: ReadonlyMap<string, readonly string[]>;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** The surroundings of a command: its arguments, its options and the terminal. */
export class CommandContext {
  readonly terminal: Terminal;
  readonly #help: (path: readonly string[]) => string;
  readonly #given: GivenValues;

  /** Combines the terminal with the given values; `help` returns the help of a command. */
  constructor(terminal: Terminal, given: GivenValues, help: (path: readonly string[]) => string) {
    this.terminal = terminal;
    this.#help = help;
    this.#given = given;
  }

  /** True if the standard output is to be JSON. */
  get json(): boolean {
    return this.flag("json");
  }

  /** True if details are to be shown. */
  get verbose(): boolean {
    return this.flag("verbose");
  }

  /** Returns a required argument. */
  argument(name: string): string {
    const [value] = this.arguments(name);
    if (value !== undefined) return value;
    throw new CarillonError("internal", `Argument '${name}' is not in the command table as a required one`);
  }

  /** Returns all values of an argument that may be left out or repeated. */
  arguments(name: string): readonly string[] {
    return this.#given.arguments.get(name) ?? [];
  }

  /** True if an option without a value was given. */
  flag(name: string): boolean {
    return this.#given.options.has(name);
  }

  /** Returns the value of an option. */
  option(name: string): string | undefined {
    return this.#given.options.get(name)?.at(-1);
  }

  /** Returns the values of an option that can be given more than once. */
  options(name: string): readonly string[] {
    return this.#given.options.get(name) ?? [];
  }

  /** Writes the result on the standard output: for machines the value as JSON, for people the lines. */
  print(value: unknown, lines: () => string): void {
    const text = this.json ? toJson(value) : lines();
    if (text !== "") this.terminal.out(`${text}\n`);
  }

  /** Writes the help of a command, or of the program for an empty path. Throws `usage` for an unknown path. */
  printHelp(path: readonly string[]): void {
    const help = this.#help(path);
    this.print({ help }, () => help);
  }

  /** Writes a remark on standard error. */
  note(line: string): void {
    this.terminal.err(`${line}\n`);
  }
}
