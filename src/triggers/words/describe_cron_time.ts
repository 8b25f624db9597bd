import type { CronDefinition, CronFieldValue } from "../cron/cron_grammar.ts";
import { coversField, valuesOf } from "../cron/cron_values.ts";
import { timeOfDayText } from "../time_of_day.ts";
import { counted, listed, ordinal } from "./words.ts";

/** How many times of day are told one by one. */
const TIMES_MAX = 6;
/** How many numbers of a field are told one by one. */
const NUMBERS_MAX = 8;

/** The time fields of a cron expression in words: `at 09:00 and 17:00`, `every 5 minutes from 09:00 to 17:59`. */
export function timeInWords(definition: CronDefinition): string {
  const { hour, minute, second } = definition.fields;
  const hours = sorted(hour);
  const minutes = sorted(minute);
  const seconds = sorted(second);
  if (hours.length * minutes.length * seconds.length <= TIMES_MAX) {
    const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * 3600 + m * 60 + s)));
    return `at ${listed(times.map(timeOfDayText))}`;
  }
  const plainSecond = seconds.length === 1 && seconds[0] === 0;
  const atSecond = plainSecond ? "" : `${unitInWords(second, seconds, "second")} of `;
  const atMinute = unitInWords(minute, minutes, "minute");
  return `${atSecond}${atMinute}${
    hoursInWords(hour, hours, minutes.length === 1 || !/^every/.test(atMinute))
  }`;
}

function unitInWords(value: CronFieldValue, numbers: readonly number[], unit: "minute" | "second"): string {
  if (coversField(value)) return `every ${unit}`;
  const step = evenStep(value, 60);
  if (step !== undefined) return `every ${counted(step, unit)}`;
  return `at ${unit}${numbers.length === 1 ? "" : "s"} ${listed(numbers.map(String), "and", NUMBERS_MAX)}`;
}

function hoursInWords(value: CronFieldValue, hours: readonly number[], ofHour: boolean): string {
  if (coversField(value)) return ofHour ? " of every hour" : "";
  const step = evenStep(value, 24);
  if (step !== undefined) {
    const which = step === 1 ? "hour" : `${ordinal(step)} hour`;
    return `${ofHour ? " of" : " in"} every ${which} from midnight`;
  }
  const first = hours[0]!;
  const last = hours.at(-1)!;
  if (hours.length > 1 && last - first === hours.length - 1) {
    return ` from ${timeOfDayText(first * 3600)} to ${timeOfDayText(last * 3600 + 3540)}`;
  }
  return ` of hour${hours.length === 1 ? "" : "s"} ${listed(hours.map(String), "and", NUMBERS_MAX)}`;
}

/** The step of a field that is one `*` with a step that divides the field evenly. */
function evenStep(value: CronFieldValue, count: number): number | undefined {
  const [item] = value.items;
  if (value.items.length !== 1 || item === undefined) return undefined;
  const whole = item.type === "all" || (item.type === "range" && item.from === 0 && item.to === count - 1);
  const step = whole ? item.step : undefined;
  return step !== undefined && step < count && count % step === 0 ? step : undefined;
}

function sorted(value: CronFieldValue): number[] {
  return [...new Set(valuesOf(value))].sort((a, b) => a - b);
}
