import type { Sample } from "./sample.ts";

/** What a number was over a time; null when it was never told. */
export interface Summary {
  readonly last: number;
  readonly average: number;
  readonly highest: number;
}

/** What can be plotted about a sample. */
export type Measure = Exclude<keyof Sample, "atMs">;

/** Sums up one number of some samples; undefined when the system never told it. */
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
