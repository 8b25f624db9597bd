import { suggest } from "../../model/text.ts";
import { readCronField } from "./cron_field.ts";
import {
  CRON_FIELDS,
  type CronDefinition,
  type CronFieldName,
  type CronFieldValue,
  MACROS,
  TEXT_FIELDS,
} from "./cron_grammar.ts";
import { invalidTrigger, shown } from "../checks.ts";
import { nameOfSpace, OTHER_SPACE } from "./cron_scanner.ts";

/** The largest length of crontab text, and of a named field. */
export const CRON_TEXT_MAX = 2000;

/** The values of fields that crontab text leaves out. */
const LEFT_OUT = {
  second: readCronField("0", 0, 1, CRON_FIELDS.second, "text"),
  week: readCronField("*", 0, 1, CRON_FIELDS.week, "text"),
  year: readCronField("*", 0, 1, CRON_FIELDS.year, "text"),
};

/**
 * Reads crontab text: 5 fields, 6 (seconds first), 7 (year last), or a word such as `@daily`.
 *
 * Throws `invalidTrigger` with the position of what is not understood.
 */
export function readCronText(text: string): CronDefinition {
  if (text.length > CRON_TEXT_MAX) {
    throw invalidTrigger(`The cron expression is longer than ${CRON_TEXT_MAX} characters`, {
      position: CRON_TEXT_MAX,
      expected: `no more than ${CRON_TEXT_MAX} characters`,
      hint: "combine several triggers with or()",
    });
  }
  const space = text.search(OTHER_SPACE);
  if (space >= 0) {
    throw invalidTrigger(`Unexpected ${nameOfSpace(text[space]!)}`, {
      source: text,
      position: space,
      expected: "blanks or tabs between the fields, and nothing else around them",
      hint: "type it again: copied text may bring such characters along",
    });
  }
  const words = wordsOf(text);
  if (words[0]?.text.startsWith("@")) return readMacro(text, words);
  refuseAws(text, words);
  const names = fieldNames(text, words);
  const fields: Partial<Record<CronFieldName, CronFieldValue>> = { ...LEFT_OUT };
  for (const [index, name] of names.entries()) {
    const word = words[index]!;
    fields[name] = readCronField(text, word.start, word.start + word.text.length, CRON_FIELDS[name], "text");
  }
  return { form: "text", fields: fields as CronDefinition["fields"] };
}

/** A run of characters that are neither blanks nor tabs. */
interface Word {
  readonly text: string;
  readonly start: number;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const between = at === text.length || text[at] === " " || text[at] === "\t";
    if (between && start >= 0) words.push({ text: text.slice(start, at), start });
    if (between) start = -1;
    else if (start < 0) start = at;
  }
  return words;
}

/**
 * Text of AWS has six fields, the year last, and a `?` in one of the two day fields: where ours has hour or month.
 * Throws `invalidTrigger`.
 */
function refuseAws(text: string, words: readonly Word[]): void {
  const call = /^\s*(cron|rate)\s*\(/i.exec(text)?.[1]?.toLowerCase();
  const fields = words.map((word) => word.text.replace(/^cron\(|\)$/gi, ""));
  const asked = words.find((_, index) => fields[index] === "?" && (index === 2 || index === 4));
  if (call === undefined && (words.length !== 6 || asked === undefined)) return;
  const hint = call === "rate"
    ? "write interval({ minutes: 5 })"
    : fields.length === 6 && fields[5] === "*"
    ? `write '${fields.slice(0, 5).map((field) => field === "?" ? "*" : field).join(" ")}'${
      /\d/.test(fields[4]!) ? ", with weekdays from 0: AWS counts Sunday as 1" : ""
    }`
    : "the order here is second minute hour day month weekday year, and ? stands for * in the two day fields only";
  throw invalidTrigger("This is cron text of AWS: minute hour day month weekday year", {
    source: text,
    position: asked?.start ?? 0,
    expected: "minute hour day month weekday, with second before and year after them if need be",
    hint,
  });
}

function fieldNames(text: string, words: readonly Word[]): readonly CronFieldName[] {
  if (words.length === 5) return TEXT_FIELDS.slice(1, 6);
  if (words.length === 6) return TEXT_FIELDS.slice(0, 6);
  if (words.length === 7) return TEXT_FIELDS;
  const eighth = words[7]?.start;
  throw invalidTrigger(`A cron expression has 5 to 7 fields, but this one has ${words.length}`, {
    source: text,
    position: eighth ?? text.length,
    expected: "minute hour day month weekday, with second before and year after them if need be",
    hint: eighth === undefined
      ? "write '0 9 * * mon-fri' for 09:00 on workdays; * stands for every value of a field"
      : "leave no blanks inside a field",
  });
}

function readMacro(text: string, words: readonly Word[]): CronDefinition {
  const [word, extra] = words;
  const position = word!.start;
  const name = word!.text.toLowerCase();
  const meaning = MACROS.get(name);
  if (!meaning) {
    throw invalidTrigger(`${shown(word!.text)} is not understood`, {
      source: text,
      position,
      expected: [...MACROS.keys()].join(", "),
      hint: hintForMacro(name),
    });
  }
  if (extra) {
    throw invalidTrigger(`Unexpected '${extra.text}' after ${word!.text}`, {
      source: text,
      position: extra.start,
      expected: "nothing more",
      hint: `${meaning} means the same and can be changed`,
    });
  }
  return readCronText(meaning);
}

function hintForMacro(name: string): string {
  if (name === "@reboot") return "add a job when your program starts";
  if (name.startsWith("@every")) return "use interval({ minutes: 5 })";
  const near = suggest(name, MACROS.keys());
  return near ? `did you mean '${near}'?` : "write out the five fields, as in '0 9 * * mon-fri'";
}
