import { CarillonError } from "../errors.ts";
import { toJson } from "./json_text.ts";
import type { Terminal } from "./terminal.ts";

/** What was given on the command line, by the names of the command table. */
export interface GivenValues {
  readonly arguments: ReadonlyMap<string, readonly string[]>;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** What a command is given: its arguments and options, and where to write. */
export class CommandContext {
  readonly terminal: Terminal;
  /** The help of a command, or of the program for an empty path. Throws `usage` for a path that is none. */
  readonly help: (path: readonly string[]) => string;
  readonly #given: GivenValues;

  /** Puts together what a command needs. */
  constructor(terminal: Terminal, given: GivenValues, help: CommandContext["help"]) {
    this.terminal = terminal;
    this.help = help;
    this.#given = given;
  }

  /** Whether machines read the standard output. */
  get json(): boolean {
    return this.flag("json");
  }

  /** Whether everything is to be told. */
  get verbose(): boolean {
    return this.flag("verbose");
  }

  /** An argument; the parser has seen to it that a required one is there. */
  argument(name: string): string {
    const [value] = this.arguments(name);
    if (value !== undefined) return value;
    throw new CarillonError("internal", `Argument '${name}' is not in the command table as a required one`);
  }

  /** All values of an argument that may be left out or repeated. */
  arguments(name: string): readonly string[] {
    return this.#given.arguments.get(name) ?? [];
  }

  /** Whether an option without a value was given. */
  flag(name: string): boolean {
    return this.#given.options.has(name);
  }

  /** The value of an option. */
  option(name: string): string | undefined {
    return this.#given.options.get(name)?.at(-1);
  }

  /** The values of an option that can be given more than once. */
  options(name: string): readonly string[] {
    return this.#given.options.get(name) ?? [];
  }

  /** Writes the answer: for machines the value as JSON, for people the lines. */
  print(value: unknown, lines: () => string): void {
    const text = this.json ? toJson(value) : lines();
    if (text !== "") this.terminal.out(`${text}\n`);
  }

  /** Says something beside the answer. */
  note(line: string): void {
    this.terminal.err(`${line}\n`);
  }
}
