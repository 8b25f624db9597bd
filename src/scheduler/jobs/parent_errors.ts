import { CarillonError, isCarillonError } from "../../errors.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";

/**
 * Adds jobs to a store, and says so when a parent that is not there is in another store of the scheduler. Throws
 * `invalidOption` for that, else what `add` throws.
 */
export async function withParentErrors<Answer>(
  units: StoreUnits,
  unit: StoreUnit,
  add: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await add();
  } catch (error) {
    const id = isCarillonError(error, "jobNotFound") ? error.details["jobId"] : undefined;
    if (typeof id !== "string" || units.all().length === 1) throw error;
    const found = await units.job(id).catch(() => undefined);
    if (found === undefined || found.unit === unit) throw error;
    throw new CarillonError(
      "invalidOption",
      `A job of the store '${unit.alias}' cannot wait for job '${id}', which is in the store '${found.unit.alias}'; ` +
        `add it with \`store: "${found.unit.alias}"\``,
      { details: { jobId: id, store: unit.alias, parentStore: found.unit.alias }, cause: error },
    );
  }
}
