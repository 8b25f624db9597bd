import { DeclaredSchedules } from "../schedules/declared_schedules.ts";
import type { SchedulerParts } from "../scheduler_base.ts";
import type { StoreUnit } from "../store_unit.ts";
import { replanOnNewZoneRules } from "../schedules/zone_rules.ts";

/**
 * Joins the stores, writes the schedules that are declared in the code, and starts the loops. How to leave a store is noted
 * in `leaves`. Waits for stores that are away until `patience` is aborted; without it not at all.
 */
export async function startUp(
  parts: SchedulerParts,
  leaves: Map<StoreUnit, () => Promise<void>>,
  patience: AbortSignal | undefined,
): Promise<void> {
  const { units, environment, schedules } = parts;
  const done = <Answer>(unit: StoreUnit, work: () => Promise<Answer>) =>
    patience === undefined ? work() : unit.health.untilItAnswers(work, patience);
  for (const unit of units.all()) leaves.set(unit, await done(unit, () => unit.join()));
  if (environment.role !== "worker") {
    await done(units.get(), () => new DeclaredSchedules(environment, units, schedules).write());
    for (const unit of units.all()) await done(unit, () => replanOnNewZoneRules(unit, environment));
  }
  for (const unit of units.all()) unit.startLoops();
}
