/**
 * Strings from outside (names, ids, logs, errors, inputs), made harmless for a terminal: a task must be able neither to
 * clear the screen nor to forge a line of its own.
 */

/** Control characters, line separators, and what reorders or hides the characters around it. */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Returns a string in which what a terminal would act on, or not show, is written out: `\u001b[2J`, `\n`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => NAMED[character] ?? escaped(character));
}

/** A template for one line of output: what is put into it is made printable. */
export function line(parts: TemplateStringsArray, ...values: readonly unknown[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => printable(String(value))));
}

/** Returns JSON with the same value in which no character outside of ASCII controls a terminal either. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) => character === "\n" ? character : escaped(character));
}

/** The controls that the command line itself writes: ends of lines, its colours, the erasing of a line. */
// deno-lint-ignore no-control-regex -- colours are control characters
const OWN = /\n|\u001b\[(?:[12]|22|3[12369])m|\r\u001b\[K/g;

/** Returns output with everything escaped that the command line does not write itself: the last door before a stream. */
export function printableOutput(text: string): string {
  let shown = "";
  let end = 0;
  for (const own of text.matchAll(OWN)) {
    shown += printable(text.slice(end, own.index)) + own[0];
    end = own.index + own[0].length;
  }
  return shown + printable(text.slice(end));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
