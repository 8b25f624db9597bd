import { suggest } from "../model/suggest.ts";
import { invalidTrigger, shown } from "./invalid_trigger.ts";

/**
 * Checks that `value` is a plain object with no other keys than `allowed`, and gives it back. Keys whose value
 * is undefined do not count. `what` names it in the error.
 *
 * Throws `invalidTrigger`.
 */
export function checkKeys(
  value: unknown,
  allowed: readonly string[],
  what: string,
): Readonly<Record<string, unknown>> {
  if (!isPlain(value)) throw invalidTrigger(`${what} must be an object, but got ${shown(value)}`);
  const record = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(record)) {
    if (record[key] === undefined || allowed.includes(key)) continue;
    throw unknownKey(key, allowed, what);
  }
  return record;
}

/** Whether a value is an object that only carries keys, of whatever realm: no Date, no Temporal value, no trigger. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Checks that `value` is one of a few words; undefined passes. Throws `invalidTrigger`. */
export function checkWord<const W extends string>(
  value: unknown,
  words: readonly W[],
  what: string,
): W | undefined {
  if (value === undefined || words.includes(value as W)) return value as W | undefined;
  const expected = words.map((word) => `'${word}'`).join(", ");
  throw invalidTrigger(`${what} must be one of ${expected}, but got ${shown(value)}`, {
    field: what,
    expected,
  });
}

/** Leaves out the keys whose value is undefined. */
export function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

function unknownKey(key: string, allowed: readonly string[], what: string): Error {
  const expected = allowed.join(", ");
  const near = nearestKey(key, allowed);
  return invalidTrigger(`There is no '${key}' in ${what[0]!.toLowerCase()}${what.slice(1)}`, {
    field: key,
    expected,
    ...(near ? { hint: `did you mean '${near}'?` } : {}),
  });
}

/** Words that people carry over from other schedulers. */
const FAMILIAR: Readonly<Record<string, string>> = {
  tz: "timeZone",
  zone: "timeZone",
  weekday: "dayOfWeek",
  dow: "dayOfWeek",
  dom: "day",
  date: "day",
  dayofmonth: "day",
  weekofyear: "week",
  from: "start",
  startdate: "start",
  starttime: "start",
  startat: "start",
  until: "end",
  enddate: "end",
  endtime: "end",
  endat: "end",
  time: "at",
};

function nearestKey(key: string, allowed: readonly string[]): string | undefined {
  const plain = key.toLowerCase().replace(/[_-]/g, "");
  const same = allowed.find((name) => name.toLowerCase() === plain || `${name.toLowerCase()}s` === plain);
  if (same) return same;
  const singular = allowed.find((name) => name.toLowerCase() === `${plain}s`);
  if (singular) return singular;
  const familiar = FAMILIAR[plain];
  return familiar && allowed.includes(familiar) ? familiar : suggest(key, allowed);
}
