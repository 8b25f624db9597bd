import { withoutUndefined } from "../../model/payload.ts";
import type { Moment } from "../../time/moment.ts";
import { timeZoneId, UTC } from "../../time/time_zone.ts";
import { type ZoneTable, zoneTable } from "../../time/zone_table.ts";
import { type CronDefinition, isRecurring } from "./cron_grammar.ts";
import { type CronFields, type CronFieldTexts, cronFieldTexts, readCronFields } from "./cron_named_fields.ts";
import { readCronText } from "./cron_text.ts";
import { CronWalls } from "./cron_walls.ts";
import { checkKeys, checkWord, invalidTrigger, shown } from "../checks.ts";
import type { Trigger, TriggerCore, TriggerJSON } from "../trigger.ts";
import { triggerOf } from "../trigger_value.ts";
import { readWindow, type WindowOptions } from "../window.ts";
import {
  type ClockGapPolicy,
  type ClockOverlapPolicy,
  firstFireS,
  gapPolicies,
  overlapPolicies,
} from "../zoned_search.ts";

/** Options of {@linkcode cron}. */
export interface CronOptions extends WindowOptions {
  /** The zone whose clock the expression is read by. @default the scheduler's; UTC for a bare trigger */
  readonly timeZone?: string | undefined;
  /**
   * The policy for a local time that does not exist: no fire, the first instant after the gap, or the time
   * moved on by the length of the gap.
   *
   * @default "after" for fixed times, "skip" when second, minute or hour has a `*` or a step
   */
  readonly gap?: ClockGapPolicy | undefined;
  /**
   * The policy for a local time that exists twice.
   *
   * @default "first" for fixed times, "both" when second, minute or hour has a `*` or a step
   */
  readonly overlap?: ClockOverlapPolicy | undefined;
}

/**
 * Fires by the clock of a time zone: crontab text with 5, 6 (seconds first) or 7 (year last) fields, or named
 * fields. In text a day matches if day of month or weekday does, when neither is `*`; named fields must all match.
 *
 * Throws `invalidTrigger` (with `position`, `expected` and `hint` in its details) for what is not understood,
 * `unknownTimeZone` for what is no zone.
 *
 * @example
 * ```ts
 * import { cron } from "carillon";
 *
 * const workdays = cron("0 9 * * mon-fri", { timeZone: "Europe/Berlin" });
 * const next = workdays.nextAfter(Temporal.Instant.from("2026-03-27T12:00Z"));
 * console.assert(next?.toString() === "2026-03-30T07:00:00Z");
 *
 * const lastSunday = cron({ day: "last sun", hour: 3 });
 * console.assert(lastSunday.nextAfterMs(Date.UTC(2026, 0, 1)) === Date.UTC(2026, 0, 25, 3));
 * ```
 */
export function cron(expression: string | CronFields, options: CronOptions = {}): Trigger {
  return triggerOf(new CronCore(readSource(expression), readOptions(options)));
}

/** Reads the JSON of a `cron` trigger. */
export function cronFromJSON(json: TriggerJSON): Trigger {
  const { kind: _, expression, fields, ...options } = checkKeys(
    json,
    ["kind", "expression", "fields", ...OPTIONS],
    "A cron trigger",
  );
  if ((expression === undefined) === (fields === undefined)) {
    throw invalidTrigger("A cron trigger has either an expression or fields");
  }
  if (fields === undefined) return cron(expression as string, options as CronOptions);
  return cron(fields as CronFields, options as CronOptions);
}

const NONE_GIVEN: Pick<CronOptions, "gap" | "overlap"> = {};
const OPTIONS = ["timeZone", "start", "end", "gap", "overlap"];

interface CronSource {
  readonly definition: CronDefinition;
  readonly text: string | CronFieldTexts;
}

function readSource(expression: unknown): CronSource {
  if (typeof expression === "string") {
    return { definition: readCronText(expression), text: expression.replace(/[ \t]+/g, " ").trim() };
  }
  if (typeof expression !== "object" || expression === null) {
    throw invalidTrigger(`cron() takes crontab text or named fields, but got ${shown(expression)}`, {
      expected: "'0 9 * * mon-fri' or { hour: 9, dayOfWeek: 'mon-fri' }",
    });
  }
  const texts = cronFieldTexts(expression);
  return { definition: readCronFields(texts), text: texts };
}

function readOptions(options: CronOptions): CronOptions {
  checkKeys(options, OPTIONS, "The options of cron()");
  checkWord(options.gap, gapPolicies, "gap");
  checkWord(options.overlap, overlapPolicies, "overlap");
  const timeZone = options.timeZone === undefined ? undefined : timeZoneId(options.timeZone);
  return { ...options, timeZone };
}

class CronCore implements TriggerCore {
  readonly kind = "cron";
  readonly timeZone: string | undefined;
  readonly #source: CronSource["text"];
  readonly #walls: CronWalls;
  readonly #gap: ClockGapPolicy;
  readonly #overlap: ClockOverlapPolicy;
  readonly #start: Moment | undefined;
  readonly #end: Moment | undefined;
  readonly #startS: number;
  readonly #endS: number;
  /** The policies as they were given, for the stored form. */
  readonly #given: Pick<CronOptions, "gap" | "overlap">;
  #table: ZoneTable | undefined;

  constructor(source: CronSource, options: CronOptions) {
    const { hour, minute, second } = source.definition.fields;
    const fixed = !isRecurring(hour) && !isRecurring(minute) && !isRecurring(second);
    const window = readWindow(options, options.timeZone);
    this.timeZone = options.timeZone;
    this.#source = source.text;
    this.#walls = new CronWalls(source.definition);
    this.#gap = options.gap ?? (fixed ? "after" : "skip");
    this.#overlap = options.overlap ?? (fixed ? "first" : "both");
    this.#start = window.start;
    this.#end = window.end;
    this.#startS = Math.ceil(window.startMs / 1000);
    this.#endS = Math.floor(window.endMs / 1000);
    this.#given = options.gap === undefined && options.overlap === undefined ? NONE_GIVEN : options;
  }

  nextAfterMs(epochMs: number): number | undefined {
    this.#table ??= zoneTable(this.timeZone ?? UTC);
    const fromS = Math.max(Math.floor(epochMs / 1000) + 1, this.#startS);
    const fireS = firstFireS(this.#walls, this.#table, this.#gap, this.#overlap, fromS);
    return fireS <= this.#endS && fireS !== Infinity ? fireS * 1000 : undefined;
  }

  withTimeZone(timeZone: string): TriggerCore {
    if (this.timeZone !== undefined) return this;
    const options = {
      start: this.#start,
      end: this.#end,
      gap: this.#given.gap,
      overlap: this.#given.overlap,
      timeZone,
    };
    return new CronCore(readSource(this.#source), options);
  }

  toJSON(): TriggerJSON {
    const source = typeof this.#source === "string"
      ? { expression: this.#source }
      : { fields: { ...this.#source } };
    return withoutUndefined({
      kind: this.kind,
      ...source,
      timeZone: this.timeZone,
      start: this.#start,
      end: this.#end,
      gap: this.#given.gap,
      overlap: this.#given.overlap,
    });
  }
}
