import type { Dialect } from "../schema/dialect.ts";

/**
 * The text that notes on schedules that a job of theirs is over; one that counts from there is planned anew.
 * `scheduleSeqs` is a query for the schedules' identities, `now` the argument that holds the time.
 */
export function noteFinishSql(dialect: Dialect, scheduleSeqs: string, now: string): string {
  const { schedules } = dialect.tables;
  const nowMs = dialect.now(now);
  return `update ${schedules} set last_finished = ${nowMs},
      needs_planning = max(needs_planning, follows_finish),
      version = version + follows_finish,
      updated_at = case follows_finish when 1 then ${nowMs} else updated_at end
    where seq in (${scheduleSeqs})`;
}
