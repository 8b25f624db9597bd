import type { ScheduleCounters } from "../../src/model/schedule_record.ts";

/** How many fires are counted in all. */
export function countedFires({ runs, missed, coalesced, skipped }: ScheduleCounters): number {
  return runs + missed + coalesced + skipped;
}
