import { CarillonError, isCarillonError } from "../errors.ts";
import { didYouMean } from "../model/suggest.ts";
import type { Scheduler } from "../preset/scheduler.ts";

/** Does something with a schedule; when there is none of this id, the error says which one may be meant. */
export async function withNearestSchedule<T>(
  scheduler: Scheduler,
  id: string,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!isCarillonError(error, "scheduleNotFound")) throw error;
    const known = (await scheduler.getSchedules()).map((schedule) => schedule.id);
    throw new CarillonError("scheduleNotFound", error.message + didYouMean(id, known), {
      details: { ...error.details, known },
      cause: error,
    });
  }
}
