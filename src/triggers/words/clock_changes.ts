import { Temporal } from "../../time/temporal.ts";
import { UTC } from "../../time/time_zone.ts";
import { type ZonePeriod, zoneTable } from "../../time/zone_table.ts";
import { policiesOf } from "../definition.ts";
import type { TriggerContext, TriggerJSON } from "../trigger.ts";
import { triggerFromJSON } from "../trigger_registry.ts";
import { lengthInWords, listed } from "./words.ts";

/** A change of the clock that takes local times of a trigger away, or repeats them. */
export interface AffectingTransition {
  /** The instant at which the clock changes, in milliseconds since 1970. */
  readonly atMs: number;
  /** Seconds that the clock jumps forward; negative when it is set back. */
  readonly movedS: number;
  /** Local times of the trigger that do not exist, or exist twice, in seconds since 1970-01-01T00:00 local. */
  readonly wallsS: readonly number[];
  /**
   * The fires that stand for them, in milliseconds since 1970; those that are fires of other times too are left out.
   */
  readonly firesMs: readonly number[];
  /** True if a fire is lost because local times that do not exist are left out. */
  readonly isSkipped: boolean;
  /** True if another policy would give other fires. */
  readonly policyMatters: boolean;
  /** The offset after the change, in seconds. */
  readonly offsetS: number;
}

/** The span that is searched for changes: the rarest yearly rule meets a change by then. */
const YEARS_MS = 30 * 365.25 * 86_400_000;
/** Limit of fires around one change that are looked at. */
const FIRES_MAX = 4000;

/** The next changes of the clock that touch a cron or calendar interval trigger, at most `limit`. */
export function affectingTransitions(
  json: TriggerJSON,
  fromMs: number,
  limit: number,
  context: TriggerContext,
): AffectingTransition[] {
  const zone = typeof json["timeZone"] === "string" ? json["timeZone"] : UTC;
  const table = zoneTable(zone);
  const found: AffectingTransition[] = [];
  let period = table.at(Math.floor(fromMs / 1000));
  while (found.length < limit && period.endS * 1000 < fromMs + YEARS_MS) {
    period = table.at(period.endS);
    const transition = effectOf(json, period, context);
    if (transition) found.push(transition);
  }
  return found;
}

function effectOf(
  json: TriggerJSON,
  period: ZonePeriod,
  context: TriggerContext,
): AffectingTransition | undefined {
  const movedS = period.offsetS - period.beforeS;
  const lengthS = Math.abs(movedS);
  if (lengthS === 0) return undefined;
  const fires = (variant: object) => firesDuring({ ...json, ...variant }, period.startS, lengthS, context);
  // By a clock that does not change, the special local times are all there.
  const wallOffsetS = movedS > 0 ? period.beforeS : period.offsetS;
  const special = fires({ timeZone: offsetZone(wallOffsetS) });
  if (special.length === 0) return undefined;
  const [plain, ...others] = movedS > 0
    ? [fires({ gap: "skip" }), fires({ gap: "shift" }), fires({ gap: "after" })]
    : [fires({ overlap: "first" }), fires({ overlap: "both" })];
  return {
    atMs: period.startS * 1000,
    movedS,
    wallsS: special.map((fire) => fire / 1000 + wallOffsetS),
    firesMs: standingFor(json, period, special, context),
    isSkipped: movedS > 0 && policiesOf(json).gap === "skip",
    policyMatters: others.some((other) => other.join() !== plain!.join()),
    offsetS: period.offsetS,
  };
}

/** A zone that is always so far from UTC; seconds, which only clocks before 1973 had, are left out. */
function offsetZone(offsetS: number): string {
  const minutes = Math.trunc(Math.abs(offsetS) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offsetS < 0 ? "-" : "+"}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** The fires of the trigger as it is, at and after the change and (for a repeated hour) in the first pass. */
function standingFor(
  json: TriggerJSON,
  period: ZonePeriod,
  moved: readonly number[],
  context: TriggerContext,
): number[] {
  const movedS = period.offsetS - period.beforeS;
  if (movedS > 0) {
    const skipped = firesDuring({ ...json, gap: "skip" }, period.startS, movedS, context);
    return firesDuring(json, period.startS, movedS, context).filter((fire) => !skipped.includes(fire));
  }
  const both = moved.flatMap((fire) => [fire + movedS * 1000, fire]);
  const actual = firesDuring(json, period.startS + movedS, 2 * -movedS, context);
  return actual.filter((fire) => both.includes(fire));
}

function firesDuring(json: TriggerJSON, fromS: number, lengthS: number, context: TriggerContext): number[] {
  const trigger = triggerFromJSON(json);
  const fires: number[] = [];
  let next = trigger.nextAfterMs(fromS * 1000 - 1, context);
  while (next !== undefined && next < (fromS + lengthS) * 1000 && fires.length < FIRES_MAX) {
    fires.push(next);
    next = trigger.nextAfterMs(next, context);
  }
  return fires;
}

/** The largest number of local times that are named one by one. */
const NAMED_MAX = 4;

/**
 * Describes the effect of a change of the clock on a trigger: `On 2026-03-29 the clock jumps from 02:00 to 03:00: …`.
 */
export function transitionInWords(transition: AffectingTransition): string {
  const { atMs, movedS, offsetS, wallsS, firesMs, isSkipped } = transition;
  const before = localText(atMs / 1000 + offsetS - movedS);
  const after = localText(atMs / 1000 + offsetS);
  const length = lengthInWords(Math.abs(movedS) * 1000);
  const times = named(wallsS);
  const one = wallsS.length === 1;
  if (movedS > 0) {
    const change =
      `On ${before.date} the clock jumps forward ${length}, from ${before.time} to ${after.time}`;
    const lacking = `${times} ${one ? "does" : "do"} not exist`;
    if (isSkipped) return `${change}: ${lacking}, so ${one ? "that fire is" : "those fires are"} left out.`;
    if (firesMs.length === 0) {
      return `${change}: ${lacking}; ${
        one ? "its fire falls" : "their fires fall"
      } together with another one.`;
    }
    const at = named(firesMs.map((ms) => ms / 1000 + offsetS));
    return `${change}: ${lacking}; ${one ? "it fires" : "they fire"} at ${at} instead.`;
  }
  const change = `On ${before.date} the clock is set back ${length}, from ${before.time} to ${after.time}`;
  return `${change}: ${times} ${one ? "comes" : "come"} twice, and ${one ? "fires" : "fire"} ${
    which(transition)
  }.`;
}

function named(wallsS: readonly number[]): string {
  if (wallsS.length <= NAMED_MAX) return listed(wallsS.map(clockText));
  return `${wallsS.length} times from ${clockText(wallsS[0]!)} to ${clockText(wallsS.at(-1)!)}`;
}

function which({ atMs, firesMs }: AffectingTransition): string {
  const first = firesMs.some((ms) => ms < atMs);
  const second = firesMs.some((ms) => ms >= atMs);
  if (first && second) return "both times";
  return first ? "the first time only" : "the second time only";
}

function localText(wallS: number): { readonly date: string; readonly time: string } {
  const date = Temporal.Instant.fromEpochMilliseconds(wallS * 1000).toString().slice(0, 10);
  return { date, time: clockText(wallS) };
}

function clockText(wallS: number): string {
  const text = Temporal.Instant.fromEpochMilliseconds(wallS * 1000).toString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}
