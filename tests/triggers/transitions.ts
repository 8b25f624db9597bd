/** Where zones change their offset, read from Temporal alone. */

/** A change of offset; zones that change alike at the same instant give one. */
export interface Transition {
  readonly timeZone: string;
  readonly atS: number;
  readonly beforeS: number;
  readonly afterS: number;
}

/** Every change of every zone between two years, equal ones once. */
export function allTransitions(fromYear: number, toYear: number): Transition[] {
  const known = new Map<string, Transition>();
  for (const timeZone of Intl.supportedValuesOf("timeZone")) {
    for (const transition of transitionsOf(timeZone, fromYear, toYear)) {
      const key = `${transition.atS} ${transition.beforeS} ${transition.afterS}`;
      if (!known.has(key)) known.set(key, transition);
    }
  }
  return [...known.values()];
}

/** Every change of one zone from the start of a year to the end of another. */
export function transitionsOf(timeZone: string, fromYear: number, toYear: number): Transition[] {
  const found: Transition[] = [];
  const endMs = Date.UTC(toYear + 1, 0, 1);
  let zoned = Temporal.Instant.fromEpochMilliseconds(Date.UTC(fromYear, 0, 1)).toZonedDateTimeISO(timeZone);
  for (;;) {
    const next = zoned.getTimeZoneTransition("next");
    if (!next || next.epochMilliseconds >= endMs) return found;
    found.push({
      timeZone,
      atS: next.epochMilliseconds / 1000,
      beforeS: zoned.offsetNanoseconds / 1e9,
      afterS: next.offsetNanoseconds / 1e9,
    });
    zoned = next;
  }
}
