import type { Sample } from "./sample.ts";

/** A number over a period; null when it was never reported. */
export interface Summary {
  readonly last: number;
  readonly average: number;
  readonly highest: number;
}

/** The numbers of a sample that can be plotted. */
export type Measure = Exclude<keyof Sample, "atMs">;

/** Sums up one number of some samples; undefined when the system never reported it. */
export function summarize(samples: readonly Sample[], measure: Measure): Summary | undefined {
  let count = 0;
  let sum = 0;
  let highest = -Infinity;
  let last = 0;
  for (const { [measure]: value } of samples) {
    if (value === null) continue;
    count++;
    sum += value;
    highest = Math.max(highest, value);
    last = value;
  }
  return count === 0 ? undefined : { last, average: sum / count, highest };
}
