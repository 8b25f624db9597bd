/** The kinds of values that query parameters hold. Their messages continue after `Query parameter 'x'`. */
import { z } from "zod";
import { didYouMean } from "../../model/text.ts";
import { clip } from "../../untrusted.ts";

/** The most characters of a name or an id. */
export const NAME_LENGTH_MAX = 200;

/** The most rows that one answer holds. */
const LIMIT_MAX = 1000;

/** The number of rows that an answer holds by default. */
const LIMIT_DEFAULT = 100;

/** The most characters of a cursor: a place in each of some stores. */
const CURSOR_LENGTH_MAX = 4000;

/** A string, given once. */
export function text(lengthMax = NAME_LENGTH_MAX) {
  return z.string({ error: "may be given only once" }).min(1, { error: "must not be empty" })
    .max(lengthMax, { error: `must have at most ${lengthMax} characters` });
}

/** One of a few words. */
export function word<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: ({ input }) => wordError(input, words) });
}

/** Some of a few words: separated by commas, or the parameter given several times. */
export function wordList<const Word extends string>(words: readonly Word[]) {
  const strings = z.union([z.string(), z.array(z.string())]);
  return strings.transform((value) => [value].flat().flatMap((one) => one.split(","))).pipe(
    z.array(word(words)),
  );
}

/** `true` or `false`. */
export function flag() {
  return word(["true", "false"]).transform((value) => value === "true");
}

/** The query parameters that select a part of a list. */
export const pageShape = {
  limit: wholeNumber(1, LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: text(CURSOR_LENGTH_MAX).optional(),
} as const;

function wholeNumber(min: number, max: number) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `must be a whole number from ${min} to ${max}, but got '${clip(String(input), 100)}'`;
  return z.string({ error }).regex(/^\d{1,15}$/, { error }).transform(Number)
    .refine((number) => number >= min && number <= max, { error });
}

function wordError(input: unknown, words: readonly string[]): string {
  const list = words.map((one) => `'${one}'`).join(", ");
  const hint = typeof input === "string" ? didYouMean(input, words) : "";
  return `must be one of ${list}, but got '${clip(String(input), 100)}'${hint}`;
}
