import { missedDeadlineTransition } from "../../../model/decisions.ts";
import { defaultRunSettings } from "../../../model/settings.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Step } from "../../shared/driver.ts";
import { jobCell } from "../rows/job_columns.ts";
import { noteFinishSql, otherKeepMs } from "./job_ends.ts";
import { settleChildrenSql } from "./settle_children.ts";

/**
 * The statements that end waiting jobs whose start deadline has passed, up to a limit. The third one answers them.
 * The clock is asked once, by the first: what it picks is what the others are about.
 */
export function endMissed(dialect: Dialect): (now: number | null, limit: number) => Step {
  const { jobs, picked } = dialect.tables;
  const pick = `insert into ${picked}(seq) select seq from ${jobs}
    where attempt = 0 and start_deadline is not null and state <> 'finished' and start_deadline < ${
    dialect.now("?1")
  }
    order by start_deadline limit ?2`;
  const ofPicked = `select j.schedule_seq from ${picked} p cross join ${jobs} j on j.seq = p.seq`;
  const note = noteFinishSql(dialect, ofPicked, "?1");
  const nowMs = dialect.now("?1");
  const end =
    `update ${jobs} set state = 'finished', blocked_by = null, outcome = 'missedStartDeadline', value = null, error = ?2,
      parked_reason = null, finished_at = ${nowMs}, expires_at = ${nowMs} + ${otherKeepMs(dialect, jobs)}
    where seq in (select seq from ${picked}) returning ${jobCell(jobs)}`;
  const error = missedError();
  const settle = settleChildrenSql(dialect, "?1");
  return (now, limit) => [
    { sql: pick, args: [now, limit] },
    { sql: note, args: [now] },
    { sql: end, args: [now, error] },
    { sql: settle, args: [now] },
    { sql: `delete from ${picked}`, args: [] },
  ];
}

function missedError(): string {
  const transition = missedDeadlineTransition(defaultRunSettings);
  return JSON.stringify(transition.to === "finished" ? transition.error : null);
}
