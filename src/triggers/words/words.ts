import { durationOfMs } from "../../time/duration.ts";

/** Joins words: `a`, `a and b`, `a, b and c`; more than `max` of them are counted. */
export function listed(words: readonly string[], joiner: "and" | "or" = "and", max = Infinity): string {
  if (words.length > max) return `${words.slice(0, max).join(", ")} and ${words.length - max} more`;
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${joiner} ${words.at(-1)}`;
}

/** A number and what it counts: `1 minute`, `5 minutes`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** 1st, 2nd, 3rd, 4th and so on. */
export function ordinal(value: number): string {
  const teens = value % 100 >= 11 && value % 100 <= 13;
  const ending = teens ? "th" : ["th", "st", "nd", "rd"][value % 10] ?? "th";
  return `${value}${ending}`;
}

/** A word with a capital. */
export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** A length of time: `1 hour and 30 minutes`. */
export function lengthInWords(ms: number): string {
  const duration = durationOfMs(ms);
  const parts: string[] = [];
  for (const unit of ["day", "hour", "minute", "second", "millisecond"] as const) {
    const count = duration[`${unit}s`];
    if (count !== 0) parts.push(counted(count, unit));
  }
  return listed(parts);
}
