import { Temporal } from "../../time/temporal.ts";
import type { AffectingTransition } from "./affecting_transitions.ts";
import { lengthInWords, listed } from "./words.ts";

/** How many local times are named. */
const NAMED_MAX = 4;

/** What a change of the clock does to a trigger: `On 2026-03-29 the clock jumps from 02:00 to 03:00: …`. */
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
