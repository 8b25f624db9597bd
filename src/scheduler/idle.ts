import type { DataStore } from "../stores/data_store.ts";
import type { StoreUnits } from "./store_units.ts";

/** When a scheduler counts as idle: nothing is due, or nothing is left at all. */
export type IdleCondition = "idle" | "empty";

/** Resolves when nothing runs and nothing is due in any store; with `empty`, when no job and no fire is left. */
export async function untilIdle(
  units: StoreUnits,
  condition: IdleCondition,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let checking = false;
  let checkAgain = false;
  const check = async () => {
    checkAgain = true;
    if (checking) return;
    checking = true;
    try {
      while (checkAgain && !signal.aborted) {
        checkAgain = false;
        if (await isIdle(units, condition)) resolve();
      }
    } catch {
      // The store is out of reach: a loop that has failed too rests again when it has tried again.
    } finally {
      checking = false;
    }
  };
  const stopWatching = units.all().map((unit) => unit.onRest.add(() => void check()));
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  for (const unit of units.all()) unit.wake();
  await promise;
  stopWatching.forEach((stop) => stop());
}

async function isIdle(units: StoreUnits, condition: IdleCondition): Promise<boolean> {
  for (const unit of units.all()) {
    if (!unit.idle) return false;
    if (condition === "empty" && !await isEmpty(unit.store)) return false;
  }
  return true;
}

async function isEmpty(store: DataStore): Promise<boolean> {
  // Parked jobs are not waited for: nobody here can say when somebody comes who knows them.
  const { scheduled, blocked, ready, running } = await store.countJobs({});
  if (scheduled + blocked + ready + running > 0) return false;
  return (await store.getSchedules({ status: "active", paused: false, limit: 1 })).length === 0;
}
