import { AssertionError } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import * as check from "../../model/option_checks.ts";
import { temporalName } from "../../time/temporal.ts";
import { shortText } from "./timeline.ts";

/** Expected number of times, and expected input. */
export interface Expected<Input = unknown> {
  /** Exactly so often. @default at least once */
  readonly times?: number;
  /** Only with this input, or with one that the function accepts. @default any */
  readonly with?: Input | ((input: Input) => boolean);
}

/** Refuses unknown options: an assertion with a misspelt option would hold for too much. */
export function checkExpected(expected: Expected, where: string): void {
  check.refuseUnknownOptions(expected, ["times", "with"], where);
  if (expected.times !== undefined) check.checkInteger(expected.times, "times", where, 0);
}

/** True if an input is the expected one. */
export function inputFits({ with: wanted }: Expected, input: unknown): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "function" ? wanted(input) === true : sameValue(input, wanted);
}

/** Throws if something did not happen as often as expected. `what` is like "task 'mail' to run". */
export function assertTimes(expected: Expected, actual: number, what: string, timeline: () => string): void {
  const fits = expected.times === undefined ? actual > 0 : actual === expected.times;
  if (fits) return;
  const wanted = expected.times === undefined ? "at least once" : times(expected.times);
  const input = expected.with === undefined ? "" : ` with ${inputText(expected.with)}`;
  const message = `Expected ${what} ${wanted}${input}, but it was ${times(actual)}\n\n${timeline()}\n`;
  throw failure(message, actual, expected.times ?? "at least 1");
}

/** An error that every test runner shows as a failed assertion. */
export function failure(message: string, actual: unknown, expected: unknown): AssertionError {
  return new AssertionError({ message, actual, expected, operator: "strictEqual" });
}

function inputText(wanted: unknown): string {
  return typeof wanted === "function" ? "an input that the function accepts" : `input ${shortText(wanted)}`;
}

function times(count: number): string {
  if (count === 0) return "never";
  return count === 1 ? "once" : `${count} times`;
}

/** True if two values look the same: deeply equal, with Temporal values compared as strings. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (temporalName(a) !== undefined || temporalName(b) !== undefined) {
    return temporalName(a) === temporalName(b) && String(a) === String(b);
  }
  if (!isPlain(a) || !isPlain(b)) return isDeepStrictEqual(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
