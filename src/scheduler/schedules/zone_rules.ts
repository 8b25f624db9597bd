import { timeZoneDataVersion } from "../../time/time_zone_data_version.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";

/** Under which name a store remembers the time zone rules that its fires were computed with. */
const FACT = "timeZoneData";

/** Has all fires computed again when the runtime's time zone rules are not those of the last start. */
export async function replanOnNewZoneRules(unit: StoreUnit, { logger }: Environment): Promise<void> {
  const version = timeZoneDataVersion();
  const before = await unit.store.getFact(FACT);
  if (before === version) return;
  if (before !== undefined) {
    const schedules = await unit.store.replanSchedules();
    logger.info("the time zone rules are not those of the last start; fires are computed again", {
      store: unit.alias,
      before,
      now: version,
      schedules,
    });
  }
  await unit.store.putFact(FACT, version);
}
