import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { jitterOffsetMs, spreadOffsetMs } from "../../triggers/jitter.ts";

/** How much later than its fire time a job may start, from the schedule's jitter and spread; never negative. */
export function fireDelayMs(
  schedule: ScheduleRecord,
  fireMs: number,
  followingMs: number | undefined,
  random: number,
): number {
  const { jitterMs, spreadMs } = schedule.policies;
  const spread = spreadMs > 0 ? spreadOffsetMs(schedule.id, spreadMs) : 0;
  // A job does not wait beyond its schedule's next fire.
  const roomMs = followingMs === undefined ? jitterMs : Math.min(jitterMs, followingMs - fireMs);
  const jitter = jitterMs > 0 ? jitterOffsetMs(roomMs, random) : 0;
  return spread + jitter;
}
