import { isDateMoment } from "../../time/moment.ts";
import { systemClock } from "../../time/system_clock.ts";
import { UTC } from "../../time/time_zone.ts";
import { zoneTable } from "../../time/zone_table.ts";
import { affectingTransitions, transitionInWords } from "./clock_changes.ts";
import { cronInWords, weekdayName } from "./describe_cron.ts";
import { neverFires } from "../never_fires.ts";
import type { Trigger, TriggerContext, TriggerJSON, TriggerKind } from "../trigger.ts";
import { cronOf, policiesOf } from "../definition.ts";
import { capital, counted, lengthInWords, listed, ordinal } from "./words.ts";
import type { ClockGapPolicy, ClockOverlapPolicy } from "../zoned_search.ts";

/** Options of {@linkcode describe} and {@linkcode lint}. */
export interface DescribeOptions {
  /** The instant from which on changes of the clock are looked for. @default now */
  readonly from?: Temporal.Instant | Temporal.ZonedDateTime | undefined;
  /** The anchor and calendars that the trigger would fire with. */
  readonly context?: TriggerContext | undefined;
}

/** The largest number of changes of the clock that are named. */
const TRANSITIONS_MAX = 2;

/**
 * Describes in words when a trigger fires, what happens where the clock changes, and which changes matter next.
 *
 * @example
 * ```ts
 * import { cron, describe } from "carillon";
 *
 * const text = describe(cron("30 2 * * *", { timeZone: "Europe/Berlin" }), {
 *   from: Temporal.Instant.from("2026-01-01T00:00Z"),
 * });
 * console.assert(text.startsWith("At 02:30, every day, by the clock of Europe/Berlin."));
 * console.assert(text.includes("02:30 does not exist; it fires at 03:00 instead"));
 *
 * // Calendars come in through the context.
 * const workdays = cron("0 9 * * *").except("holidays", { onHoliday: "next" });
 * console.assert(describe(workdays, { context: { calendars: new Map() } }).includes("holidays"));
 * ```
 */
export function describe(trigger: Trigger, options: DescribeOptions = {}): string {
  const fromMs = options.from?.epochMilliseconds ?? systemClock.nowMs();
  const text = sentences(trigger.toJSON(), fromMs, options.context ?? {}).join(" ");
  return neverFires(trigger) ? `${text} It can never fire.` : text;
}

type InWords = (json: TriggerJSON, fromMs: number, context: TriggerContext) => string[];

const kindsInWords: Readonly<Record<TriggerKind, InWords>> = {
  cron: (json, fromMs, context) => [
    `${capital(cronInWords(cronOf(json)))}, ${clockOf(json)}${windowOf(json)}.`,
    ...rules(json, fromMs, context),
  ],
  calendarInterval: (json, fromMs, context) => [
    `${calendarPeriod(json)}, ${clockOf(json)}${windowOf(json)}.`,
    ...rules(json, fromMs, context),
  ],
  interval(json) {
    const first = json["first"] === "afterPeriod" ? ", first one period after the start" : "";
    const length = lengthInWords(json["everyMs"] as number).replace(/^1 (?!.* and )/, "");
    return [
      `Every ${length} of elapsed time${first}${windowOf(json)}; clock changes do not affect it.`,
    ];
  },
  fixedDelay: (json) => [
    `${capital(lengthInWords(json["delayMs"] as number))} after the last run ended${windowOf(json)}.`,
  ],
  date: (json) => [`Once, at ${momentInWords(json["when"] as string, json)}.`],
  and: combined,
  or: combined,
  except: filtered,
  only: filtered,
};

function sentences(json: TriggerJSON, fromMs: number, context: TriggerContext): string[] {
  const { kind, ...definition } = json;
  if (Object.hasOwn(kindsInWords, kind)) return kindsInWords[kind as TriggerKind](json, fromMs, context);
  return [`By the trigger '${kind}' with ${JSON.stringify(definition)}.`];
}

function combined(json: TriggerJSON, fromMs: number, context: TriggerContext): string[] {
  const parts = (json["triggers"] as readonly TriggerJSON[]).map((part) =>
    sentences(part, fromMs, context).join(" ")
  );
  const rule = json.kind === "or"
    ? "Whenever one of these fires:"
    : `Where all of these fire, at most ${
      lengthInWords((json["thresholdMs"] as number | undefined) ?? 1000) || "0 seconds"
    } apart:`;
  return [rule, ...parts.map((part, index) => `(${index + 1}) ${part}`)];
}

function filtered(json: TriggerJSON, fromMs: number, context: TriggerContext): string[] {
  const name = `the calendar '${json["calendar"]}'`;
  const rule = json.kind === "except" ? `Except on days in ${name}` : `Only on days in ${name}`;
  const moved = json["onHoliday"] === undefined
    ? ""
    : `; other fires move to the ${json["onHoliday"]} eligible day`;
  return [...sentences(json["trigger"] as TriggerJSON, fromMs, context), `${rule}${moved}.`];
}

function rules(json: TriggerJSON, fromMs: number, context: TriggerContext): string[] {
  const transitions = affectingTransitions(json, fromMs, TRANSITIONS_MAX, context);
  const { gap, overlap } = policiesOf(json);
  const told = transitions.map((transition) => transitionInWords(transition));
  const zone = (json["timeZone"] as string | undefined) ?? UTC;
  if (zoneTable(zone).at(Math.floor(fromMs / 1000)).endS === Infinity) {
    return [`The clock of ${zone} does not change.`];
  }
  const none = `No change of the clock of ${zone} in the next 30 years touches it.`;
  return [
    `Local times that do not exist ${GAPS[gap]}; those that exist twice ${OVERLAPS[overlap]}.`,
    ...(told.length === 0 ? [none] : told),
  ];
}

const GAPS: Readonly<Record<ClockGapPolicy, string>> = {
  skip: "do not fire",
  after: "fire at the first instant after the gap",
  shift: "are moved on by the length of the gap",
};

const OVERLAPS: Readonly<Record<ClockOverlapPolicy, string>> = {
  first: "fire the first time",
  second: "fire the second time",
  both: "fire both times",
};

function calendarPeriod(json: TriggerJSON): string {
  const months = (json["months"] as number | undefined) ?? 0;
  const days = (json["days"] as number | undefined) ?? 0;
  const parts = [
    ...(months === 0 ? [] : [months % 12 === 0 ? counted(months / 12, "year") : counted(months, "month")]),
    ...(days === 0 ? [] : [days % 7 === 0 ? counted(days / 7, "week") : counted(days, "day")]),
  ];
  const weekday = json["dayOfWeek"] === undefined ? "" : ` on ${weekdayName(json["dayOfWeek"] as number)}`;
  const start = json["start"] as string | undefined;
  const dayOfMonth = start && isDateMoment(start) ? Number(start.slice(-2)) : 0;
  const missing = dayOfMonth > 28 && months > 0
    ? `, ${json["onInvalidDay"] === "last" ? "on the last day of" : "leaving out"} months without a ${
      ordinal(dayOfMonth)
    }`
    : "";
  return `Every ${listed(parts).replace(/^1 /, "")}${weekday} at ${json["at"]}${missing}`;
}

function clockOf(json: TriggerJSON): string {
  return `by the clock of ${json["timeZone"] ?? UTC}`;
}

function windowOf(json: TriggerJSON): string {
  const start = json["start"] === undefined ? "" : `, from ${momentInWords(json["start"] as string, json)}`;
  const end = json["end"] as string | undefined;
  if (end === undefined) return start;
  const whole = json.kind === "calendarInterval" && isDateMoment(end) ? "the end of " : "";
  return `${start}, until ${whole}${momentInWords(end, json)}`;
}

function momentInWords(moment: string, json: TriggerJSON): string {
  if (moment.endsWith("Z")) return moment;
  return `${moment.replace("T", " ")}${json.kind === "date" ? ` in ${json["timeZone"] ?? UTC}` : ""}`;
}
