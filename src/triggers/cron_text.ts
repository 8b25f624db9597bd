import { readCronField } from "./cron_field.ts";
import type { CronDefinition, CronFieldName, CronFieldValue } from "./cron_grammar.ts";
import { CRON_FIELDS, MACROS, TEXT_FIELDS } from "./cron_grammar.ts";
import { invalidTrigger, shown } from "./invalid_trigger.ts";

/** How long crontab text, or the text of a field, may be. */
export const CRON_TEXT_MAX = 2000;

/** What a field says that crontab text leaves out. */
const LEFT_OUT: Readonly<Partial<Record<CronFieldName, string>>> = { second: "0", year: "*", week: "*" };

/**
 * Reads crontab text: 5 fields, 6 (seconds first), 7 (year last), or a word such as `@daily`.
 *
 * Throws `invalidTrigger` with the position of what is not understood.
 */
export function readCronText(text: string): CronDefinition {
  if (text.length > CRON_TEXT_MAX) {
    throw invalidTrigger(`The cron expression is longer than ${CRON_TEXT_MAX} characters`);
  }
  const words = [...text.matchAll(/[^ \t]+/g)];
  if (words[0]?.[0].startsWith("@")) return readMacro(text, words);
  const names = fieldNames(text, words);
  const fields: Partial<Record<CronFieldName, CronFieldValue>> = {};
  for (const [index, name] of names.entries()) {
    const word = words[index]!;
    fields[name] = readCronField(text, word.index, word.index + word[0].length, CRON_FIELDS[name], "text");
  }
  for (const [name, value] of Object.entries(LEFT_OUT)) {
    fields[name as CronFieldName] ??= readCronField(value, 0, 1, CRON_FIELDS[name as CronFieldName], "text");
  }
  return { form: "text", fields: fields as CronDefinition["fields"] };
}

function fieldNames(text: string, words: readonly RegExpMatchArray[]): readonly CronFieldName[] {
  if (words.length === 5) return TEXT_FIELDS.slice(1, 6);
  if (words.length === 6) return TEXT_FIELDS.slice(0, 6);
  if (words.length === 7) return TEXT_FIELDS;
  const eighth = words[7]?.index;
  throw invalidTrigger(`A cron expression has 5 to 7 fields, but this one has ${words.length}`, {
    source: text,
    position: eighth ?? text.length,
    expected: "minute hour day month weekday, with second before and year after them if need be",
  });
}

function readMacro(text: string, words: readonly RegExpMatchArray[]): CronDefinition {
  const [word, extra] = words;
  const position = word!.index!;
  const name = word![0].toLowerCase();
  const meaning = MACROS.get(name);
  if (!meaning) {
    throw invalidTrigger(`${shown(word![0])} is not understood`, {
      source: text,
      position,
      expected: [...MACROS.keys()].join(", "),
      ...hintForMacro(name),
    });
  }
  if (extra) {
    throw invalidTrigger(`Unexpected '${extra[0]}' after ${word![0]}`, {
      source: text,
      position: extra.index!,
      expected: "nothing more",
    });
  }
  return readCronText(meaning);
}

function hintForMacro(name: string): { readonly hint?: string } {
  if (name === "@reboot") return { hint: "add a job when your program starts" };
  if (name.startsWith("@every")) return { hint: "use interval({ minutes: 5 })" };
  return {};
}
