import { ATTEMPTS_MAX } from "../../../model/job_history.ts";
import type { Dialect } from "../schema/dialect.ts";
import { finishGroupColumns, leaveGroupColumns } from "../rows/ending_rows.ts";
import { cancelledError, noteFinishSql, otherKeepMs } from "./job_ends.ts";
import { readyOrBlocked } from "./limits.ts";
import { pickEndingSql, settleChildrenSql } from "./settle_children.ts";

/** The texts of the statements that end runs. Each names its list `?1` and the time `?2`, but for the questions. */
export function endTexts(dialect: Dialect) {
  return {
    finish: finishText(dialect),
    /** Of runs that share all but their values; the list is of seq and value. */
    finishAlike: finishAlikeText(dialect),
    /** Of runs that share their value too; the list is the question about them. */
    finishSame: finishSameText(dialect),
    leave: leaveText(dialect),
    keepAttempts: keepAttemptsText(dialect),
    dropAttempts: dropAttemptsText(dialect),
    noteFinished: noteFinishSql(dialect, schedulesOfRuns(dialect, "true"), "?2"),
    noteStopped: noteFinishSql(dialect, schedulesOfRuns(dialect, "j.cancel_requested is not null"), "?2"),
    pick: pickEndingSql(
      dialect,
      `${asked} cross join ${dialect.tables.jobs} j on j.seq = e.value`,
      "+j.state = 'running' and +j.owner = (b.value ->> 0) and j.claim_number = (b.value ->> 1)",
    ),
    settle: settleChildrenSql(dialect, "?1"),
    clear: `delete from ${dialect.tables.picked}`,
    held: `select ${heldList(dialect)}`,
    /** The same, asked straight after `finish`, only when that did not end `?2` runs. */
    heldUnlessAll: `select case when changes() <> ?2 then ${heldList(dialect)} end`,
  };
}

/** The runs that a question is about (`questionGroups`): their groups as `b`, their seqs as `e`. */
const asked = "json_each(?1) b cross join json_each(b.value, '$[3]') e";

/**
 * For each run of the list, whether its fence holds, or whether it was ended before in just this way. It says the
 * same before and after a `finish`.
 */
function heldList({ tables: { jobs } }: Dialect): string {
  return `(select json_group_array(case
      when j.seq is null or j.owner <> (b.value ->> 0) or j.claim_number <> (b.value ->> 1) then 0
      when j.state = 'running' then 1
      else j.state = 'finished' and j.outcome is (b.value ->> 2) end)
    from ${asked} left join ${jobs} j on j.seq = e.value)`;
}

/** The schedules of the runs whose fence holds. Most jobs have none: nothing more is read of those. */
function schedulesOfRuns({ tables: { jobs } }: Dialect, condition: string): string {
  return `select j.schedule_seq from ${asked} cross join ${jobs} j on j.seq = e.value
    where case when j.schedule_seq is null then 0 else j.state = 'running' and j.owner = (b.value ->> 0)
      and j.claim_number = (b.value ->> 1) and ${condition} end`;
}

/** The rows of the list, with what their groups share and the time, as `r`. */
function runs(dialect: Dialect, shared: readonly string[], own: readonly string[]): string {
  const rows = own.map((column, index) => `e.value ->> ${index} as ${column}`);
  const selected = [...shared.map((column) => `g.${column}`), ...rows];
  const columns = shared.map((column, index) => `b.value ->> ${index} as ${column}`);
  return `clock(now) as materialized (select ${dialect.now("?2")}),
    g as materialized (select ${columns}, b.value -> ${shared.length} as own from json_each(?1) b),
    r as materialized (select ${selected}, clock.now as now
      from clock cross join g cross join json_each(g.own) e)`;
}

/** The pluses leave the planner one way: from the list to the jobs. Measured 20 times faster than what it would choose. */
function fenceHolds(jobs: string): string {
  return `${jobs}.seq = +r.seq and +${jobs}.owner = +r.owner and ${jobs}.claim_number = +r.claim_number
    and +${jobs}.state = 'running'`;
}

function finishText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  return `with ${runs(dialect, finishGroupColumns, ["seq", "claim_number", "result"])}
    update ${jobs} set state = 'finished', outcome = r.outcome, value = r.result, error = r.error,
      parked_reason = null, finished_at = r.now, expires_at = r.now + r.keep_ms
    from r where ${fenceHolds(jobs)}`;
}

/** What is the same for all is bound, and not carried through the list: a fifth of the cost of an end. */
function finishAlikeText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  return `${finishAlike(dialect, "e.value ->> 1")} from json_each(?1) e
    where ${jobs}.seq = (e.value ->> 0) and ${sharedFenceHolds}`;
}

function finishSameText(dialect: Dialect): string {
  return `${finishAlike(dialect, "?8")}
    where seq in (select value from json_each(?1, '$[0][3]')) and ${sharedFenceHolds}`;
}

const sharedFenceHolds = "+owner = ?3 and claim_number = ?4 and +state = 'running'";

function finishAlike({ tables: { jobs }, now }: Dialect, value: string): string {
  return `with clock(now) as materialized (select ${now("?2")})
    update ${jobs} set state = 'finished', outcome = ?5, value = ${value}, error = ?6, parked_reason = null,
      finished_at = (select now from clock), expires_at = (select now from clock) + ?7`;
}

/** Notes the attempts of runs that go on later, while they still run. */
function keepAttemptsText(dialect: Dialect): string {
  const { jobs, attempts } = dialect.tables;
  return `with ${runs(dialect, leaveGroupColumns, ["seq", "claim_number"])}
    insert into ${attempts}(job_seq, claim_number, attempt, owner, started_at, finished_at, outcome, error)
    select ${jobs}.seq, ${jobs}.claim_number, ${jobs}.attempt, ${jobs}.owner,
      coalesce(${jobs}.started_at, r.now), r.now, r.left_as, r.error
    from r cross join ${jobs} on ${fenceHolds(jobs)} where +${jobs}.cancel_requested is null
    on conflict do nothing`;
}

/** Claims are numbered one by one, so the oldest attempts are known by their numbers. */
function dropAttemptsText(dialect: Dialect): string {
  const { attempts } = dialect.tables;
  return `delete from ${attempts} where (job_seq, claim_number) in (
    select a.job_seq, a.claim_number from json_each(?1) b
      cross join json_each(b.value, '$[${leaveGroupColumns.length}]') e
      cross join ${attempts} a on a.job_seq = (e.value ->> 0)
        and a.claim_number <= (e.value ->> 1) - ${ATTEMPTS_MAX})`;
}

/** A run that was asked to stop in the meantime is not tried again, handed back or parked: it ends as cancelled. */
function leaveText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  const asked = `${jobs}.cancel_requested`;
  const stopped = (value: string, other: string) =>
    `case when ${asked} is not null then ${value} else ${other} end`;
  const waiting = readyOrBlocked(dialect, jobs);
  return `with ${runs(dialect, leaveGroupColumns, ["seq", "claim_number"])}
    update ${jobs} set
      state = ${
    stopped(
      "'finished'",
      `case r.leaves_to when 'parked' then 'parked' else
        case when r.delay_ms > 0 then 'scheduled' else ${waiting} end end`,
    )
  },
      outcome = ${stopped("'cancelled'", `${jobs}.outcome`)},
      value = ${stopped("null", `${jobs}.value`)},
      error = ${
    stopped(cancelledError(asked), `case r.leaves_to when 'retry' then r.error else ${jobs}.error end`)
  },
      finished_at = ${stopped("r.now", `${jobs}.finished_at`)},
      expires_at = ${stopped(`r.now + ${otherKeepMs(dialect, jobs)}`, `${jobs}.expires_at`)},
      run_at = ${
    stopped(
      `${jobs}.run_at`,
      `case when r.leaves_to in ('retry', 'snooze') then r.now + r.delay_ms else ${jobs}.run_at end`,
    )
  },
      attempt = ${
    stopped(
      `${jobs}.attempt`,
      `case r.leaves_to when 'retry' then ${jobs}.attempt else max(0, ${jobs}.attempt - 1) end`,
    )
  },
      lost_leases = ${stopped(`${jobs}.lost_leases`, `${jobs}.lost_leases + r.lost_lease`)},
      start_deadline = ${
    stopped(
      `${jobs}.start_deadline`,
      `case when r.leaves_to in ('handBack', 'snooze') then null else ${jobs}.start_deadline end`,
    )
  },
      parked_reason = ${
    stopped("null", `case r.leaves_to when 'parked' then r.reason else ${jobs}.parked_reason end`)
  }
    from r where ${fenceHolds(jobs)}`;
}
