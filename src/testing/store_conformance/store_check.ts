import type { DataStore } from "../../stores/data_store.ts";
import { VirtualClock } from "../../time/virtual_clock.ts";
import { type CorruptionHooks, StoreTest } from "./store_test.ts";

/** One test of the conformance suite: a name, and what is done with one store or two handles on its data. */
export interface StoreCheck {
  readonly name: string;
  /** The hook that it needs; the check is left out where the hook is missing. */
  readonly needs?: "corruptJob" | "corruptSchedule";
  /** True if `body` takes a second handle. */
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

/** Options of {@linkcode storeConformance}. */
export interface StoreConformanceOptions extends CorruptionHooks {
  /** Registers one test: the runner's own function, or one that puts the store's name in front. */
  readonly test: (name: string, body: () => Promise<void>) => void;
  /** Makes an empty store. The suite opens it with its clock, and closes it. */
  readonly makeStore: () => DataStore | Promise<DataStore>;
  /** Makes a second handle on the data of a store, not opened. @default the same object, opened again */
  readonly makeSecond?: (store: DataStore) => DataStore | Promise<DataStore>;
  /** Removes the data of a store that `makeStore` made, after it was closed. @default nothing */
  readonly dispose?: (store: DataStore) => void | Promise<void>;
}

/** Runs one test on a store and a clock of its own. */
export async function runCheck(check: StoreCheck, options: StoreConformanceOptions): Promise<void> {
  const clock = new VirtualClock();
  const store = await options.makeStore();
  const first = new StoreTest(store, clock, options);
  try {
    await opened(first, async () => {
      if (!check.two) return await check.body(first, first);
      const second = new StoreTest(await options.makeSecond?.(store) ?? store, clock, options);
      await opened(second, () => check.body(first, second));
    });
  } finally {
    await options.dispose?.(store);
  }
}

async function opened({ store, clock }: StoreTest, body: () => Promise<void>): Promise<void> {
  await store.open({ clock });
  try {
    await body();
  } finally {
    await store.close();
  }
}
