/** Checks that the options of tasks, schedules and jobs share. All throw `invalidOption`, naming option and place. */
import { CarillonError } from "../errors.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { isPlainObject, type JsonValue, type Metadata } from "./payload.ts";
import { didYouMean } from "./text.ts";
import { clip } from "../untrusted.ts";

/** The largest depth of nesting in metadata. */
const METADATA_DEPTH_MAX = 20;
const METADATA_LENGTH_MAX = 65_536;

/** The largest length of ids, names of tasks and aliases, which are keys in every data store. */
const NAME_LENGTH_MAX = 200;

/** The largest integer that every data store keeps in an ordinary column. */
const INTEGER_MAX = 2 ** 31 - 1;

/** An error about an option: `option` of `where` breaks `rule`. */
export function optionError(option: string, where: string, rule: string, value: unknown): CarillonError {
  return new CarillonError(
    "invalidOption",
    `Option '${option}' of ${where} ${rule}, but got ${shown(value)}`,
    {
      details: { option, where, value: shown(value) },
    },
  );
}

/** An error about an option with a reason that is already in words. */
export function invalidOption(option: string, where: string, reason: string, cause: unknown): CarillonError {
  return new CarillonError("invalidOption", `Option '${option}' of ${where} is not valid: ${reason}`, {
    details: { option, where },
    cause,
  });
}

/** Refuses unknown keys, which are most often misspelt. */
export function refuseUnknownOptions(options: object, known: readonly string[], where: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new CarillonError(
      "invalidOption",
      `The options of ${where} must be an object, but got ${shown(options)}`,
      { details: { where } },
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const hint = didYouMean(key, known) || `; there are ${known.join(", ")}`;
    throw new CarillonError("invalidOption", `There is no option '${clip(key, 200)}' for ${where}${hint}`, {
      details: { option: clip(key, 200), where, known },
    });
  }
}

/** Checks a whole number in a range. */
export function checkInteger(value: unknown, option: string, where: string, min = 1): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= INTEGER_MAX) {
    return value;
  }
  const rule = min === -INTEGER_MAX ? "must be a whole number" : `must be a whole number of at least ${min}`;
  throw optionError(option, where, rule, value);
}

/** Checks a priority: any whole number, also a negative one. */
export function checkPriority(value: unknown, where: string): number {
  return checkInteger(value, "priority", where, -INTEGER_MAX);
}

/** Checks a limit of at least one, or null for none. */
export function checkLimit(value: unknown, option: string, where: string): number | null {
  if (value === null) return null;
  if (value === 0) {
    throw optionError(option, where, "must be at least 1 or null for no limit (pause stops it)", 0);
  }
  if (value === Infinity) throw optionError(option, where, "is null for no limit", value);
  return checkInteger(value, option, where);
}

/** Checks a number in a closed range. */
export function checkNumber(value: unknown, option: string, where: string, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max && Number.isFinite(value)) return value;
  const rule = max === Infinity
    ? `must be a number of at least ${min}`
    : `must be a number from ${min} to ${max}`;
  throw optionError(option, where, rule, value);
}

/** Checks one of a few words. */
export function checkChoice<Word extends string>(
  value: unknown,
  option: string,
  where: string,
  words: readonly Word[],
): Word {
  if (words.includes(value as Word)) return value as Word;
  const list = words.map((word) => `'${word}'`).join(", ");
  const hint = typeof value === "string" ? didYouMean(value, words) : "";
  throw new CarillonError(
    "invalidOption",
    `Option '${option}' of ${where} must be one of ${list}, but got ${shown(value)}${hint}`,
    { details: { option, where, value: shown(value), words } },
  );
}

/** Checks a boolean. */
export function checkBoolean(value: unknown, option: string, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw optionError(option, where, "must be true or false", value);
}

/** Checks a string for people, of any length. */
export function checkString(value: unknown, option: string, where: string): string {
  if (typeof value === "string") return value;
  throw optionError(option, where, "must be a string", value);
}

/** Checks a name or id: a string that can be a key in every data store and be typed on a command line. */
export function checkName(value: unknown, option: string, where: string): string {
  if (typeof value !== "string" || value === "") {
    throw optionError(option, where, "must be a string that is not empty", value);
  }
  if (value.length > NAME_LENGTH_MAX) {
    throw optionError(option, where, `must have at most ${NAME_LENGTH_MAX} characters`, value.length);
  }
  // deno-lint-ignore no-control-regex -- control characters are exactly what must not be there
  if (value.trim() !== value || /[\u0000-\u001f\u007f]/.test(value)) {
    throw optionError(option, where, "must not have control characters, or blanks at its ends", value);
  }
  if (/\p{Surrogate}/u.test(value)) {
    throw optionError(option, where, "must not be cut off within a character", value);
  }
  if (value === "." || value === "..") {
    throw optionError(option, where, "must not be '.' or '..', which addresses resolve as folders", value);
  }
  return value;
}

/** Checks the tags that schedulers offer and jobs demand, and returns them sorted, each once. */
export function checkTags(value: unknown, option: string, where: string): readonly string[] {
  if (!Array.isArray(value)) throw optionError(option, where, 'must be a list such as ["gpu"]', value);
  return [...new Set(value.map((tag) => checkName(tag, option, where)))].sort();
}

/** Checks a length of time, which may be zero, and returns its milliseconds. */
export function checkDelay(value: unknown, option: string, where: string): number {
  return durationMs(value as DurationInput, `Option '${option}' of ${where}`);
}

/** Checks a length of time longer than zero, and returns its milliseconds. */
export function checkDuration(value: unknown, option: string, where: string): number {
  const ms = checkDelay(value, option, where);
  if (ms === 0) throw optionError(option, where, "must be longer than zero", value);
  return ms;
}

/** Checks a length of time longer than zero, or null for none, and returns its milliseconds. */
export function checkDurationOrNull(value: unknown, option: string, where: string): number | null {
  return value === null ? null : checkDuration(value, option, where);
}

/** Checks that everything in metadata is JSON, and returns a copy. */
export function checkMetadata(value: unknown, where: string): Metadata {
  if (!isPlainObject(value)) throw optionError("metadata", where, "must be an object of JSON values", value);
  const metadata = copyJson(value, "metadata", where, 0) as Metadata;
  if (JSON.stringify(metadata).length <= METADATA_LENGTH_MAX) return metadata;
  const rule = `must be at most ${METADATA_LENGTH_MAX} characters as JSON; put what is longer into the input`;
  throw optionError("metadata", where, rule, value);
}

function copyJson(value: unknown, path: string, where: string, depth: number): JsonValue {
  if (depth > METADATA_DEPTH_MAX) {
    throw optionError(path, where, `must be nested at most ${METADATA_DEPTH_MAX} levels deep`, value);
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, i) => copyJson(item, `${path}[${i}]`, where, depth + 1));
  if (!isPlainObject(value)) throw optionError(path, where, "must be a JSON value", value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, copyJson(item, `${path}.${key}`, where, depth + 1)]),
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return `'${clip(value, 200)}'`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return (JSON.stringify(value) ?? "an object").slice(0, 200);
  } catch {
    return "an object";
  }
}
