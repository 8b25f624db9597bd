/** What query parameters may be. Their messages go on after `Query parameter 'x'`. */
import { z } from "zod";
import { didYouMean } from "../../model/suggest.ts";

/** How many rows one answer holds at the most. */
export const LIMIT_MAX = 1000;

/** How many rows an answer holds unless told otherwise. */
const LIMIT_DEFAULT = 100;

/** How far an offset reaches. */
const OFFSET_MAX = 2 ** 31 - 1;

/** A text, given once. */
export function text() {
  return z.string({ error: "may be given only once" }).min(1, { error: "must not be empty" });
}

/** One of a few words. */
export function word<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: ({ input }) => wordError(input, words) });
}

/** Some of a few words: separated by commas, or the parameter given several times. */
export function wordList<const Word extends string>(words: readonly Word[]) {
  const texts = z.union([z.string(), z.array(z.string())]);
  return texts.transform((given) => [given].flat().flatMap((one) => one.split(","))).pipe(
    z.array(word(words)),
  );
}

/** `true` or `false`. */
export function flag() {
  return word(["true", "false"]).transform((given) => given === "true");
}

/** Which part of a list to answer. */
export const pageShape = {
  limit: wholeNumber(1, LIMIT_MAX).default(LIMIT_DEFAULT),
  offset: wholeNumber(0, OFFSET_MAX).default(0),
} as const;

function wholeNumber(min: number, max: number) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `must be a whole number from ${min} to ${max}, but got '${String(input)}'`;
  return z.string({ error }).regex(/^\d{1,15}$/, { error }).transform(Number)
    .refine((number) => number >= min && number <= max, { error });
}

function wordError(input: unknown, words: readonly string[]): string {
  const list = words.map((one) => `'${one}'`).join(", ");
  const hint = typeof input === "string" ? didYouMean(input, words) : "";
  return `must be one of ${list}, but got '${String(input)}'${hint}`;
}
