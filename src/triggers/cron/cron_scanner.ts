import type { CarillonError } from "../../errors.ts";
import type { CronField } from "./cron_grammar.ts";
import { invalidTrigger } from "../invalid_trigger.ts";

/** Reads one piece of a cron field from left to right, and knows where it stands. */
export class CronScanner {
  /** The text that positions count in. */
  readonly source: string;
  /** The next character to read. */
  position: number;
  /** The first character after the piece. */
  readonly end: number;
  readonly #field: CronField;

  /** Stands at the first character of the piece. */
  constructor(source: string, start: number, end: number, field: CronField) {
    this.source = source;
    this.position = start;
    this.end = end;
    this.#field = field;
  }

  /** Whether the piece is read to its end. */
  get done(): boolean {
    return this.position >= this.end;
  }

  /** The next character, an empty string at the end. */
  get peek(): string {
    return this.done ? "" : this.source[this.position]!;
  }

  /** What an error calls the next character: the whole of one that takes two places. */
  get shownNext(): string {
    return this.done ? "" : `'${String.fromCodePoint(this.source.codePointAt(this.position)!)}'`;
  }

  /** Steps over `character` if it is next, in either case. */
  take(character: string): boolean {
    const next = this.peek;
    if (next !== character && next.toLowerCase() !== character) return false;
    this.position++;
    return true;
  }

  /** Steps over blanks and tabs; says whether there were any. */
  blanks(): boolean {
    return this.#run(isBlank) !== "";
  }

  /** Steps over decimal digits and gives them. */
  digits(): string {
    return this.#run(isDigit);
  }

  /** Steps over letters and gives them in lower case. */
  letters(): string {
    return this.#run(isLetter).toLowerCase();
  }

  /** The error for what stands at `position`. */
  fail(
    what: string,
    expected: string,
    hint = this.#field.usage,
    position = this.position,
  ): CarillonError {
    return invalidTrigger(what, {
      source: this.source,
      position,
      field: this.#field.name,
      expected,
      hint,
    });
  }

  #run(belongs: (code: number) => boolean): string {
    const start = this.position;
    while (this.position < this.end && belongs(this.source.charCodeAt(this.position))) this.position++;
    return this.source.slice(start, this.position);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
