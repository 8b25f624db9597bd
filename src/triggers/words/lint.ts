import { systemClock } from "../../time/system_clock.ts";
import { isDateMoment } from "../../time/moment.ts";
import { affectingTransitions, transitionInWords } from "./clock_changes.ts";
import { coversField, type CronDefinition, type CronFieldValue, valuesOf } from "../cron/cron_grammar.ts";
import type { DescribeOptions } from "./describe.ts";
import { clockParts, cronOf } from "../definition.ts";
import { neverFires } from "../never_fires.ts";
import type { Trigger, TriggerContext, TriggerJSON } from "../trigger.ts";
import { listed, ordinal } from "./words.ts";

/** Number of changes of the clock that are searched for one that jumps forward. */
const TRANSITIONS_MAX = 4;

/** The rules of {@linkcode lint}: behaviour of a trigger that its author may not expect. */
export type LintRule =
  | "neverFires"
  | "insideGap"
  | "unevenStep"
  | "wholeStep"
  | "eitherDay"
  | "missingDay"
  | "endAtMidnight";

/** One finding of {@linkcode lint}. */
export interface LintFinding {
  /** The rule that found it. */
  readonly rule: LintRule;
  /** The behaviour, in words. */
  readonly message: string;
  /** The change to make, or how to show that the behaviour is intended. */
  readonly hint: string;
}

/**
 * Finds behaviour of a trigger that its author may not expect: a time inside a gap, an uneven step, both day
 * fields at once, days that some months lack, or that it never fires. An empty list is a clean bill.
 *
 * @example
 * ```ts
 * import { cron, lint } from "carillon";
 *
 * console.assert(lint(cron("0 9 * * *")).length === 0);
 * console.assert(lint(cron("*\/7 * * * *"))[0]?.rule === "unevenStep");
 * console.assert(lint(cron("0 0 30 2 *"))[0]?.rule === "neverFires");
 * ```
 */
export function lint(trigger: Trigger, options: DescribeOptions = {}): readonly LintFinding[] {
  if (neverFires(trigger)) {
    return [{
      rule: "neverFires",
      message: "It can never fire",
      hint: "check day, month, year, start and end",
    }];
  }
  const fromMs = options.from?.epochMilliseconds ?? systemClock.nowMs();
  const findings: LintFinding[] = [];
  for (const part of clockParts(trigger)) {
    if (part.kind === "cron") findings.push(...lintCron(cronOf(part)));
    else findings.push(...lintCalendarInterval(part));
    findings.push(...lintGap(part, fromMs, options.context ?? {}), ...lintEnd(part));
  }
  return findings;
}

function lintCron(definition: CronDefinition): LintFinding[] {
  const { second, minute, hour, day, month, dayOfWeek } = definition.fields;
  const findings = [second, minute, hour, month].flatMap(lintStep);
  if (day.items.some((item) => item.type === "all" && item.step !== undefined)) {
    findings.push(...lintStep(day));
  }
  const either = definition.form === "text" && !day.open && !dayOfWeek.open && !dayOfWeek.plus;
  if (either) {
    findings.push({
      rule: "eitherDay",
      message: "Day of month and weekday are both given: a day that matches either of them fires",
      hint: "write + before the weekday (as in +fri) if both must match",
    });
  }
  return coversField(day) ? findings : [...findings, ...lintMissingDays(day, month)];
}

function lintStep(value: CronFieldValue): LintFinding[] {
  const { label, count, min } = value.field;
  return value.items.flatMap((item): LintFinding[] => {
    if (item.type !== "all" || item.step === undefined) return [];
    if (item.step === count) {
      return [{
        rule: "wholeStep",
        message: `*/${item.step} in the ${label} is only ${label} ${min}`,
        hint: `write ${min}, or use an interval`,
      }];
    }
    if (count % item.step === 0 && value.field.name !== "day") return [];
    return [{
      rule: "unevenStep",
      message: `*/${item.step} in the ${label} starts again at ${min} each time: the last step is shorter`,
      hint: "use an interval for an even distance",
    }];
  });
}

function lintMissingDays(day: CronFieldValue, month: CronFieldValue): LintFinding[] {
  // What names the last day, or weekdays, is there in every month.
  if (day.items.some((item) => item.type !== "range")) return [];
  const wanted = [...new Set(valuesOf(day))];
  if (wanted.some((value) => value <= 28) || wanted.length === 0) return [];
  const first = Math.min(...wanted);
  const lacking = [...new Set(valuesOf(month))].some((value) =>
    first > (value === 2 ? 28 : [4, 6, 9, 11].includes(value) ? 30 : 31)
  );
  if (!lacking) return [];
  return [{
    rule: "missingDay",
    message: `Months (or years) without a ${listed(wanted.map(ordinal), "or")} are left out`,
    hint: "write L for the last day of the month",
  }];
}

function lintCalendarInterval(json: TriggerJSON): LintFinding[] {
  const start = json["start"] as string | undefined;
  const day = start !== undefined && start.length >= 10 ? Number(start.slice(8, 10)) : 0;
  const wholeMonths = json["months"] !== undefined && json["days"] === undefined;
  if (!wholeMonths || day <= 28 || json["onInvalidDay"] === "last") return [];
  if ((json["months"] as number) % 12 === 0 && start?.slice(5, 7) !== "02") return [];
  return [{
    rule: "missingDay",
    message: `Months without a ${ordinal(day)} are left out`,
    hint: "onInvalidDay: 'last' takes their last day",
  }];
}

function lintGap(json: TriggerJSON, fromMs: number, context: TriggerContext): LintFinding[] {
  const transition = affectingTransitions(json, fromMs, TRANSITIONS_MAX, context).find((
    { movedS, policyMatters },
  ) => movedS > 0 && policyMatters);
  if (!transition) return [];
  return [{
    rule: "insideGap",
    message: transitionInWords(transition).replace(/\.$/, ""),
    hint: "choose gap: 'skip', 'after' or 'shift' if this is not what you want, or another time",
  }];
}

function lintEnd(json: TriggerJSON): LintFinding[] {
  const end = json["end"] as string | undefined;
  if (end === undefined || !isDateMoment(end) || json.kind === "calendarInterval") return [];
  return [{
    rule: "endAtMidnight",
    message: `The end ${end} is its midnight: later fires of that day are left out`,
    hint: `write '${end} 23:59:59' to keep them`,
  }];
}
