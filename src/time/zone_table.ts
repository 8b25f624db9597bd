import { DAY_S } from "./civil.ts";
import { Temporal } from "./temporal.ts";

/**
 * A stretch of time in which a zone's offset does not change. All numbers are whole seconds: instants since
 * 1970-01-01T00:00Z, walls (local times) since 1970-01-01T00:00 local.
 */
export interface ZonePeriod {
  /** The first instant of the period; -Infinity in the first one. */
  readonly startS: number;
  /** The first instant after the period; Infinity in the last one. */
  readonly endS: number;
  /** The seconds that are added to an instant to get the wall. */
  readonly offsetS: number;
  /** The offset before the period. */
  readonly beforeS: number;
  /** The first wall of the period. */
  readonly wallStartS: number;
  /** The first wall after the period. */
  readonly wallEndS: number;
  /** Seconds of wall time that the clock jumped over where the period starts; 0 when it did not. */
  readonly gapS: number;
  /** The first wall of the period that did not already exist in the period before. */
  readonly newWallsFromS: number;
  /** The first wall of the period that exists again in the period after, or its end. */
  readonly lastWallsUntilS: number;
}

/** The width of the slots of the lookup: less than the shortest usual period, so that a slot holds two at most. */
const SLOT_S = 2 ** 23;
/** Up to where a table is filled when it is made: 2041. */
const FIRST_FILL_S = 2_240_524_800;
/** The span by which a table is filled ahead: 50 years. */
const FILL_AHEAD_S = 1_577_880_000;
/** 2500-01-01. From 2100 on every zone repeats itself with the Gregorian calendar, so no table goes further. */
const TABLE_END_S = 16_725_225_600;
/** The length of the Gregorian cycle of 400 years, which is a whole number of weeks too. */
const CYCLE_S = 146_097 * DAY_S;
/** Before the first transition of any zone. */
const FIRST_S = -62_135_596_800;

/** The offsets of one time zone, read from Temporal once and then looked up without it. */
export class ZoneTable {
  /** The identifier of the zone. */
  readonly timeZone: string;
  readonly #periods: ZonePeriod[] = [];
  #slots = new Uint16Array(0);
  #filledUntilS = -Infinity;
  #last: ZonePeriod;
  /** The transition to continue from, and the offset before it. */
  #open: { readonly startS: number; readonly beforeS: number; readonly zoned: Temporal.ZonedDateTime };

  /** Reads the zone's transitions up to 2041; later ones on demand. */
  constructor(timeZone: string) {
    this.timeZone = timeZone;
    const zoned = Temporal.Instant.fromEpochMilliseconds(FIRST_S * 1000).toZonedDateTimeISO(timeZone);
    this.#open = { startS: -Infinity, beforeS: offsetOf(zoned), zoned };
    this.#fill(FIRST_FILL_S);
    this.#last = this.#periods[0]!;
  }

  /** The period that an instant lies in. */
  at(instantS: number): ZonePeriod {
    const last = this.#last;
    if (instantS >= last.startS && instantS < last.endS) return last;
    return this.#last = this.#find(instantS);
  }

  #find(instantS: number): ZonePeriod {
    if (instantS >= this.#filledUntilS) {
      if (instantS >= TABLE_END_S) return this.#inLaterCycle(instantS);
      this.#fill(Math.min(instantS + FILL_AHEAD_S, TABLE_END_S));
    }
    const slots = this.#slots;
    let index = instantS < 0 ? 0 : slots[Math.min(instantS / SLOT_S, slots.length - 1) | 0]!;
    while (instantS >= this.#periods[index]!.endS) index++;
    return this.#periods[index]!;
  }

  #inLaterCycle(instantS: number): ZonePeriod {
    const shiftS = Math.ceil((instantS - TABLE_END_S + 1) / CYCLE_S) * CYCLE_S;
    const period = this.#find(instantS - shiftS);
    return {
      startS: period.startS + shiftS,
      endS: period.endS + shiftS,
      offsetS: period.offsetS,
      beforeS: period.beforeS,
      wallStartS: period.wallStartS + shiftS,
      wallEndS: period.wallEndS + shiftS,
      gapS: period.gapS,
      newWallsFromS: period.newWallsFromS + shiftS,
      lastWallsUntilS: period.lastWallsUntilS + shiftS,
    };
  }

  #fill(untilS: number): void {
    while (this.#filledUntilS < untilS) {
      const { startS, beforeS, zoned } = this.#open;
      const next = zoned.getTimeZoneTransition("next");
      const endS = next ? next.epochMilliseconds / 1000 : Infinity;
      const offsetS = offsetOf(zoned);
      this.#periods.push(makePeriod(startS, endS, beforeS, offsetS, next ? offsetOf(next) : offsetS));
      this.#filledUntilS = endS;
      if (next) this.#open = { startS: endS, beforeS: offsetS, zoned: next };
    }
    this.#slots = slotsOf(this.#periods, Math.min(this.#filledUntilS, TABLE_END_S));
  }
}

function makePeriod(
  startS: number,
  endS: number,
  beforeS: number,
  offsetS: number,
  afterS: number,
): ZonePeriod {
  return {
    startS,
    endS,
    offsetS,
    beforeS,
    wallStartS: startS + offsetS,
    wallEndS: endS + offsetS,
    gapS: Math.max(0, offsetS - beforeS),
    newWallsFromS: startS + Math.max(offsetS, beforeS),
    lastWallsUntilS: endS + Math.min(offsetS, afterS),
  };
}

/** For every slot of time since 1970 the index of the period in which the slot begins. */
function slotsOf(periods: readonly ZonePeriod[], untilS: number): Uint16Array<ArrayBuffer> {
  const slots = new Uint16Array(Math.ceil(untilS / SLOT_S) + 1);
  let index = 0;
  for (let slot = 0; slot < slots.length; slot++) {
    while (index < periods.length - 1 && periods[index]!.endS <= slot * SLOT_S) index++;
    slots[slot] = index;
  }
  return slots;
}

function offsetOf(zoned: Temporal.ZonedDateTime): number {
  return zoned.offsetNanoseconds / 1e9;
}

/** The largest number of shared tables; a trigger holds on to its own. */
const CACHE_MAX = 256;
const cache = new Map<string, ZoneTable>();

/** Returns the shared table of a zone; the identifier must be one that `timeZoneId` returned. */
export function zoneTable(timeZone: string): ZoneTable {
  const known = cache.get(timeZone);
  if (known) return known;
  const table = new ZoneTable(timeZone);
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value!);
  cache.set(timeZone, table);
  return table;
}

/** The longest that a wall time can be away from its instant, with room to spare: Apia left out a whole day. */
export const WALL_REACH_S = 3 * DAY_S;

/**
 * The instant (in seconds since 1970) of a wall time in a zone. A wall time that does not exist gives the first
 * instant after the gap, one that exists twice its first pass.
 */
export function resolveWall(table: ZoneTable, wallS: number): number {
  let period = table.at(wallS - WALL_REACH_S);
  while (wallS >= period.wallEndS) {
    const next = table.at(period.endS);
    if (wallS < next.wallStartS) return next.startS;
    period = next;
  }
  return wallS - period.offsetS;
}

/** The wall time (in seconds since 1970-01-01T00:00 local) of an instant in a zone. */
export function wallOf(table: ZoneTable, instantS: number): number {
  return instantS + table.at(instantS).offsetS;
}
