import type { Trigger, TriggerContext } from "../../triggers/trigger.ts";

/** Number of fires that are counted one by one; beyond that the count is only a lower bound. */
const COUNT_MAX = 100_000;

/** The fires between two instants, as far as a decision needs them. */
export interface OwedFires {
  /** The first ones, oldest first, up to the limit asked for. */
  readonly first: readonly number[];
  /** The fire after those; undefined when there is none. */
  readonly afterFirst: number | undefined;
  /** The very last one; the first fire looked at where there is none. */
  readonly last: number;
  /** Number of fires; 0 where all have a job already; a lower bound when `countIsExact` is false. */
  readonly count: number;
  readonly countIsExact: boolean;
  /** The first fire after the end; undefined when none is left. */
  readonly nextMs: number | undefined;
}

/**
 * The fires from `firstMs` (which is one) up to and including `endMs`, but for those that are `taken`. Ten years of
 * downtime do not cost ten years of steps: past a bound, the last fire is found by closing in on the end.
 */
export function owedFires(
  trigger: Trigger,
  context: TriggerContext,
  firstMs: number,
  endMs: number,
  limit: number,
  taken: ReadonlySet<number> = new Set(),
): OwedFires {
  const first: number[] = [];
  let afterFirst: number | undefined;
  let last = firstMs;
  let count = 0;
  let next: number | undefined = firstMs;
  for (let steps = 0; next !== undefined && next <= endMs && steps < COUNT_MAX; steps++) {
    const fireMs: number = next;
    next = following(trigger, fireMs, context);
    if (taken.has(fireMs)) continue;
    if (first.length < limit) first.push(fireMs);
    last = fireMs;
    count++;
    if (first.length === count) afterFirst = next;
  }
  if (next === undefined || next > endMs) {
    return { first, afterFirst, last, count, countIsExact: true, nextMs: next };
  }
  const end = closeIn(trigger, context, next, endMs);
  return { first, afterFirst, last: end.last, count: count + 1, countIsExact: false, nextMs: end.next };
}

/** The fire after one; asserts the contract that it is later, because a loop hangs on it. */
function following(trigger: Trigger, fireMs: number, context: TriggerContext): number | undefined {
  const next = trigger.nextAfterMs(fireMs, context);
  if (next !== undefined && !(next > fireMs)) {
    throw new RangeError(`nextAfterMs(${fireMs}) returned ${next}, which is not later`);
  }
  return next;
}

/** The last fire up to `endMs` and the one after it, by looking back from the end in growing steps. */
function closeIn(
  trigger: Trigger,
  context: TriggerContext,
  knownMs: number,
  endMs: number,
): { last: number; next: number | undefined } {
  let last = knownMs;
  for (let backMs = 1000; endMs - backMs > knownMs; backMs *= 2) {
    const candidate = trigger.nextAfterMs(endMs - backMs, context);
    if (candidate !== undefined && candidate <= endMs) {
      last = candidate;
      break;
    }
  }
  let next = following(trigger, last, context);
  while (next !== undefined && next <= endMs) {
    last = next;
    next = following(trigger, last, context);
  }
  return { last, next };
}
