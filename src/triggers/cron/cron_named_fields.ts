import { readCronField } from "./cron_field.ts";
import {
  CRON_FIELDS,
  type CronDefinition,
  type CronFieldName,
  type CronFieldValue,
  FIELD_ORDER,
} from "./cron_grammar.ts";
import { CRON_TEXT_MAX } from "./cron_text.ts";
import { checkKeys, invalidTrigger, shown } from "../checks.ts";

/**
 * A cron expression by named fields; all of them must match. Fields that are left out mean `*` above the least
 * significant one given and their smallest value below it; `week` and `dayOfWeek` mean `*`.
 */
export interface CronFields {
  /** The year, 1970–9999. */
  readonly year?: string | number | undefined;
  /** The month, 1–12 or its name. */
  readonly month?: string | number | undefined;
  /** The day of the month: 1–31, `last`, `3rd fri`, `last sun`. */
  readonly day?: string | number | undefined;
  /** The ISO week, 1–53. */
  readonly week?: string | number | undefined;
  /** The weekday: 0–7 (0 and 7 are Sunday) or its name. */
  readonly dayOfWeek?: string | number | undefined;
  /** The hour, 0–23. */
  readonly hour?: string | number | undefined;
  /** The minute, 0–59. */
  readonly minute?: string | number | undefined;
  /** The second, 0–59. */
  readonly second?: string | number | undefined;
}

/** Named fields as they are stored: the string of each one that was given. */
export type CronFieldTexts = Readonly<Partial<Record<CronFieldName, string>>>;

/** Checks named fields and returns the string of each. Throws `invalidTrigger`. */
export function cronFieldTexts(fields: unknown): CronFieldTexts {
  const given = checkKeys(fields, FIELD_ORDER, "A cron trigger by fields");
  const texts: Partial<Record<CronFieldName, string>> = {};
  for (const name of FIELD_ORDER) {
    if (given[name] !== undefined) texts[name] = fieldText(given[name], name);
  }
  if (Object.keys(texts).length === 0) {
    throw invalidTrigger("A cron trigger by fields needs at least one field", {
      expected: FIELD_ORDER.join(", "),
      hint: "write { hour: 9 } for 09:00 every day",
    });
  }
  return texts;
}

/** Reads named fields. Throws `invalidTrigger` with the position of what is not understood. */
export function readCronFields(texts: CronFieldTexts): CronDefinition {
  const leastGiven = FIELD_ORDER.findLastIndex((name) => texts[name] !== undefined);
  const fields: Partial<Record<CronFieldName, CronFieldValue>> = {};
  for (const [index, name] of FIELD_ORDER.entries()) {
    const isOpen = index < leastGiven || name === "week" || name === "dayOfWeek" || name === "year";
    const text = texts[name] ?? (isOpen ? "*" : String(CRON_FIELDS[name].min));
    const [start, end] = withoutBlanks(text);
    fields[name] = readCronField(text, start, end, CRON_FIELDS[name], "fields");
  }
  return { form: "fields", fields: fields as CronDefinition["fields"] };
}

function withoutBlanks(text: string): [start: number, end: number] {
  const start = text.search(/[^ \t]/);
  return start === -1 ? [0, 0] : [start, text.search(/[ \t]*$/)];
}

function fieldText(value: unknown, name: CronFieldName): string {
  if (typeof value === "number") return String(value);
  const problem = { field: name, expected: "a whole number or a string", hint: CRON_FIELDS[name].usage };
  if (typeof value !== "string") {
    throw invalidTrigger(`${name} is not understood: ${shown(value)}`, problem);
  }
  if (value.length > CRON_TEXT_MAX) {
    throw invalidTrigger(`${name} is longer than ${CRON_TEXT_MAX} characters`, problem);
  }
  return value;
}
