import type { StoreTest } from "./store_test.ts";

/** One test of the conformance suite: a name, and what is done with one store or two handles on its data. */
export interface StoreCheck {
  readonly name: string;
  /** What must be possible behind the store's back; left out where it is not. */
  readonly needs?: "corruptJob" | "corruptSchedule";
  /** Whether `body` wants a second handle. */
  readonly two: boolean;
  readonly body: (t: StoreTest, second: StoreTest) => Promise<void>;
}

/** A test with one store. */
export function check(name: string, body: (t: StoreTest) => Promise<void>): StoreCheck {
  return { name, two: false, body };
}

/** A test with two handles on the same data. */
export function checkTwo(
  name: string,
  body: (first: StoreTest, second: StoreTest) => Promise<void>,
): StoreCheck {
  return { name, two: true, body };
}

/** A test of a row that was made unreadable. */
export function needing(
  needs: NonNullable<StoreCheck["needs"]>,
  name: string,
  body: (t: StoreTest) => Promise<void>,
): StoreCheck {
  return { name, needs, two: false, body };
}
