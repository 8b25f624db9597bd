import type { Sample } from "./sample.ts";
import type { Measure } from "./summary.ts";

/** More points than this do not show on a screen. */
const POINTS_MAX = 720;
/** A pause so many times longer than usual is a gap: no samples were taken. */
const GAP_FACTOR = 3;

/** Numbers in columns, as a plot wants them: the times first, in seconds since 1970. */
export type Columns = readonly (readonly (number | null)[])[];

/**
 * The samples as columns of at most some hundred points. Where there are more samples than points, each point is the
 * highest of its neighbours, so that no peak is lost. Where no samples were taken for a while, the line has a gap.
 */
export function columnsOf(samples: readonly Sample[], measures: readonly Measure[]): Columns {
  const groups = withGaps(grouped(samples));
  const times = groups.map((group) => Math.round(group.atMs) / 1000);
  return [times, ...measures.map((measure) => groups.map((group) => highest(group.samples, measure)))];
}

interface Group {
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

function grouped(samples: readonly Sample[]): Group[] {
  const size = Math.ceil(samples.length / POINTS_MAX);
  const groups: Group[] = [];
  for (let start = 0; start < samples.length; start += size) {
    const group = samples.slice(start, start + size);
    groups.push({ atMs: group[0]!.atMs, samples: group });
  }
  return groups;
}

function withGaps(groups: readonly Group[]): Group[] {
  const pausesMs = groups.slice(1).map((group, i) => group.atMs - groups[i]!.atMs);
  const usualMs = pausesMs.toSorted((a, b) => a - b)[Math.floor(pausesMs.length / 2)] ?? 0;
  return groups.flatMap((group, i) => {
    const pauseMs = pausesMs[i - 1] ?? 0;
    // A point without samples breaks the line.
    return pauseMs > GAP_FACTOR * usualMs
      ? [{ atMs: group.atMs - pauseMs / 2, samples: [] }, group]
      : [group];
  });
}

function highest(samples: readonly Sample[], measure: Measure): number | null {
  let found: number | null = null;
  for (const { [measure]: value } of samples) {
    if (value !== null && (found === null || value > found)) found = value;
  }
  return found;
}
