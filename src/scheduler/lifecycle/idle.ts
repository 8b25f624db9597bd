import type { DataStore } from "../../stores/data_store.ts";
import type { StoreUnits } from "../store_units.ts";

/** Condition of being idle: nothing is due, or nothing is left at all. */
export type IdleCondition = "idle" | "empty";

/**
 * Resolves when nothing runs and nothing is due in any store; with `empty`, when no job and no fire is left. By then
 * it no longer reads any store: the caller may close them.
 */
export async function untilIdle(
  units: StoreUnits,
  condition: IdleCondition,
  signal: AbortSignal,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  let isOver = false;
  let checking: Promise<void> | undefined;
  let checkAgain = false;
  const end = () => {
    isOver = true;
    over.resolve();
  };
  const check = async () => {
    try {
      while (checkAgain && !isOver) {
        checkAgain = false;
        if (await isIdle(units, condition)) end();
      }
    } catch {
      // The store is out of reach: a loop that has failed too rests again when it has tried again.
    } finally {
      checking = undefined;
    }
  };
  const onRest = () => {
    checkAgain = true;
    if (!isOver) checking ??= check();
  };
  const stopWatching = units.all().map((unit) => unit.rest.add({ rested: onRest }));
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  for (const unit of units.all()) unit.wake();
  await over.promise;
  signal.removeEventListener("abort", end);
  stopWatching.forEach((stop) => stop());
  await checking;
}

async function isIdle(units: StoreUnits, condition: IdleCondition): Promise<boolean> {
  for (const unit of units.all()) {
    if (!unit.idle) return false;
    if (condition === "empty" && !await isEmpty(unit.store)) return false;
  }
  return true;
}

async function isEmpty(store: DataStore): Promise<boolean> {
  // Parked jobs are not waited for: it is unknown when a scheduler starts that knows them.
  const { scheduled, blocked, ready, running } = await store.countJobs({});
  if (scheduled + blocked + ready + running > 0) return false;
  return (await store.getSchedules({ status: "active", paused: false, limit: 1 })).length === 0;
}
