import type { CronFieldValue, CronItem } from "./cron_grammar.ts";

/** The numbers that the ordinary pieces of a field stand for, unsorted; weekdays as 0–6. */
export function valuesOf(value: CronFieldValue): number[] {
  const values: number[] = [];
  const { min, max, name } = value.field;
  for (const item of value.items) {
    if (item.type === "all") addSteps(values, min, name === "dayOfWeek" ? 6 : max, item.step ?? 1);
    else if (item.type === "range") {
      if (name === "dayOfWeek") values.push(...weekdays(item));
      else addSteps(values, item.from, item.to, item.step ?? 1);
    }
  }
  return values;
}

/** The weekdays 0–6 of a range, which may go round the week. */
export function weekdays(
  range: { readonly from: number; readonly to: number; readonly step?: number | undefined },
): number[] {
  const { from, to, step } = range;
  const values: number[] = [];
  const length = to >= from ? to - from : to + 7 - from;
  for (let i = 0; i <= length; i += step ?? 1) values.push((from + i) % 7);
  return values;
}

/** Whether a field holds every one of its values by a `*` without a step or by a range that covers it. */
export function coversField(value: CronFieldValue): boolean {
  const { min, max, count } = value.field;
  return value.items.some((item) =>
    item.type === "all" ? item.step === undefined : covers(item, min, max, count)
  );
}

/** Whether a field holds a `*`, a step, or a range that covers it: then it follows real time. */
export function isRecurring(value: CronFieldValue): boolean {
  const { min, max, count } = value.field;
  return value.items.some((item) => item.type === "all" || hasStep(item) || covers(item, min, max, count));
}

function covers(item: CronItem, min: number, max: number, count: number): boolean {
  if (item.type !== "range" || item.step !== undefined) return false;
  if (count === 7) return new Set(weekdays(item)).size === 7;
  return item.from === min && item.to === max;
}

function hasStep(item: CronItem): boolean {
  return item.type === "range" && item.step !== undefined;
}

function addSteps(values: number[], from: number, to: number, step: number): void {
  for (let value = from; value <= to; value += step) values.push(value);
}
