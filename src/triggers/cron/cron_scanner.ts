import type { CarillonError } from "../../errors.ts";
import { invalidTrigger } from "../checks.ts";
import { CRON_FIELDS, type CronField, type CronForm } from "./cron_grammar.ts";

/** Reads one piece of a cron field from left to right, and knows where it stands. */
export class CronScanner {
  /** The string that positions count in. */
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

  /** True if the piece is read to its end. */
  get done(): boolean {
    return this.position >= this.end;
  }

  /** The next character, an empty string at the end. */
  get peek(): string {
    return this.done ? "" : this.source[this.position]!;
  }

  /** The next character for an error message: the whole of one that takes two places, or the name of white space. */
  get shownNext(): string {
    if (this.done) return "";
    const character = String.fromCodePoint(this.source.codePointAt(this.position)!);
    return nameOfSpace(character) ?? `'${character}'`;
  }

  /** Steps over `character` if it is next, in either case. */
  take(character: string): boolean {
    const next = this.peek;
    if (next !== character && next.toLowerCase() !== character) return false;
    this.position++;
    return true;
  }

  /** Steps over blanks and tabs; returns true if there were any. */
  blanks(): boolean {
    return this.#run(isBlank) !== "";
  }

  /** Steps over decimal digits and returns them. */
  digits(): string {
    return this.#run(isDigit);
  }

  /** Steps over letters and returns them in lower case. */
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

const SPACE_NAMES: Readonly<Record<string, string>> = {
  "\n": "a line break",
  "\r": "a line break",
  "\u00a0": "a no-break space",
  "\u202f": "a narrow no-break space",
  "\u200b": "a zero-width space",
  "\ufeff": "a byte order mark",
};

/** White space other than blanks and tabs; it looks like them or like nothing. */
export const OTHER_SPACE = /[^\S \t]|[\u200b-\u200f\u2060]/;

/** The name of other white space for an error message; undefined for any other character. */
export function nameOfSpace(character: string): string | undefined {
  if (!OTHER_SPACE.test(character)) return undefined;
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `${SPACE_NAMES[character] ?? "a character that looks like a blank"} (U+${code})`;
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

/** Reads a number or a name of the field. Throws `invalidTrigger` for a value that the field does not have. */
export function readValue(scanner: CronScanner, field: CronField, form: CronForm): number {
  const start = scanner.position;
  const digits = scanner.digits();
  if (digits !== "") return checkRange(scanner, field, digits, start);
  const word = scanner.letters();
  if (word === "") throw nothingToRead(scanner, field);
  const value = field.names.get(word);
  if (value !== undefined) return value;
  // `friL`: the L belongs to what follows the weekday.
  const stem = word.endsWith("l") && form === "text" ? field.names.get(word.slice(0, -1)) : undefined;
  if (stem !== undefined) {
    scanner.position--;
    return stem;
  }
  throw scanner.fail(
    `'${scanner.source.slice(start, scanner.position)}' is no ${field.label}`,
    expectedOf(field),
    hintForWord(word, field, form),
    start,
  );
}

/** Reads `/n` if it is next. Throws `invalidTrigger` for a step of 0 and for one the field is too small for. */
export function readStep(scanner: CronScanner, field: CronField): number | undefined {
  if (!scanner.take("/")) return undefined;
  const start = scanner.position;
  const digits = scanner.digits();
  if (digits === "") {
    throw scanner.fail(`A step is missing in the ${field.label}`, `a number from 1 to ${field.count}`);
  }
  const step = Number(digits);
  if (step >= 1 && step <= field.count) return step;
  const tooLarge = step > field.count;
  throw scanner.fail(
    `The step ${digits} is ${
      tooLarge ? "more than the number of values" : "less than 1"
    } of the ${field.label}`,
    `a number from 1 to ${field.count}`,
    tooLarge ? "use an interval for longer periods" : undefined,
    start,
  );
}

function checkRange(scanner: CronScanner, field: CronField, digits: string, start: number): number {
  const value = Number(digits);
  if (value >= field.min && value <= field.max) return value;
  const hint = field.name === "dayOfWeek" ? "0 and 7 are Sunday, 6 is Saturday" : hintForNumber(value, field);
  throw scanner.fail(
    `${capital(field.label)} ${digits} is not ${field.min}–${field.max}`,
    expectedOf(field),
    hint,
    start,
  );
}

function hintForNumber(value: number, field: CronField): string | undefined {
  if (field.name === "hour" && value === 24) return "midnight is hour 0";
  if ((field.name === "minute" || field.name === "second") && value === 60) return "the last one is 59";
  if (field.name === "day" && value === 0) return "the first day is 1";
  if (field.name === "month" && value === 0) return "January is 1";
  return undefined;
}

function nothingToRead(scanner: CronScanner, field: CronField): Error {
  if (scanner.done) {
    return scanner.fail(
      `A value is missing in the ${field.label}`,
      expectedOf(field),
      scanner.source.trim() === "" ? undefined : "lists have no empty places, ranges two ends",
    );
  }
  const hints: Readonly<Record<string, string>> = {
    "-": "there are no negative values",
    "?": "? stands for * in the two day fields only",
  };
  const hint = hints[scanner.peek];
  return scanner.fail(`Unexpected ${scanner.shownNext} in the ${field.label}`, expectedOf(field), hint);
}

function hintForWord(word: string, field: CronField, form: CronForm): string | undefined {
  if (word === "h") return "H is not understood: name the minute, and use the schedule's spread option";
  if (word === "tz" || word === "cron") return "name the zone with the timeZone option";
  if (field.name === "dayOfWeek" && word === "l") {
    return form === "text" ? "write 5L for the last Friday, or 6 for Saturday" : "write day: 'last fri'";
  }
  if (field.name === "day" && field.names.size === 0 && form === "fields" && /^(?:l|lw|w)$/.test(word)) {
    return "write 'last'; L and W belong to crontab text";
  }
  if (field.name === "day" && form === "text" && word === "w") {
    return "write 15W for the workday nearest to the 15th";
  }
  if (field.name === "day" && CRON_FIELDS.dayOfWeek.names.has(word)) {
    return form === "text"
      ? "weekdays go in the field after the month"
      : `write dayOfWeek: '${word}', or '1st ${word}'`;
  }
  for (const name of field.names.keys()) {
    if (name.length > 3 && (name.startsWith(word) || word.startsWith(name.slice(0, 3)))) {
      return `write ${name.slice(0, 3)} or ${name}`;
    }
  }
  return undefined;
}

function expectedOf(field: CronField): string {
  const numbers = `a number from ${field.min} to ${field.max}`;
  const [, short] = field.names.keys();
  return short === undefined ? numbers : `${numbers} or a name such as ${short}`;
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
