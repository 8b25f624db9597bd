import type { ScheduleCounters } from "../../src/model/schedule_record.ts";

/** Number of counted fires. */
export function countedFires({ runs, missed, coalesced, skipped }: ScheduleCounters): number {
  return runs + missed + coalesced + skipped;
}
