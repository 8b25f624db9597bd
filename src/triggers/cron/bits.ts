/** Sets of small numbers as bits of integers. A set of up to 31 numbers is one integer, one of 60 is two. */

/** The smallest number in a set that is not empty. */
export function lowestBit(set: number): number {
  return 31 - Math.clz32(set & -set);
}

/** Count of numbers in the first integer of a {@linkcode Bits60}: fewer than 31 keeps both small. */
const HALF = 30;

/** A set of numbers from 0 to 59. */
export interface Bits60 {
  /** The numbers 0–29. */
  readonly low: number;
  /** The numbers 30–59. */
  readonly high: number;
}

/** The set of some numbers from 0 to 59. */
export function bits60(values: Iterable<number>): Bits60 {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < HALF) low |= 1 << value;
    else high |= 1 << (value - HALF);
  }
  return { low, high };
}

/** The smallest number of a set of numbers 0–59 that is at least `from` (0–60); -1 when there is none. */
export function nextOf60(low: number, high: number, from: number): number {
  if (from < HALF) {
    const rest = low >> from;
    if (rest !== 0) return from + lowestBit(rest);
    return high === 0 ? -1 : HALF + lowestBit(high);
  }
  const rest = high >> (from - HALF);
  return rest === 0 ? -1 : from + lowestBit(rest);
}

/** The set of some numbers from 0 to 30. */
export function bitsOf(values: Iterable<number>): number {
  let set = 0;
  for (const value of values) set |= 1 << value;
  return set;
}
