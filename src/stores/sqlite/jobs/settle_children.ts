import type { Dialect } from "../schema/dialect.ts";
import { waitsForParents } from "../schema/tables.ts";
import { cascadedError, otherKeepMs } from "./job_ends.ts";
import { readyOrBlocked } from "./limits.ts";

/**
 * The text that picks the jobs a step is about to end, before it does: `source` is what to select from, with the row of
 * such a job as `j`, and `condition` says which. It reads and picks nothing while no job waits for any other.
 */
export function pickEndingSql(
  { tables: { jobs, picked } }: Dialect,
  source: string,
  condition: string,
): string {
  return `insert or ignore into ${picked}(seq)
    select j.seq from (select 1 where exists (select 1 from ${jobs} where ${waitsForParents()})) cross join ${source}
    where ${condition}`;
}

/** The text that settles the jobs that wait for those that were picked and have ended. */
export function settleChildrenSql(dialect: Dialect, now: string): string {
  const { jobs, parents, picked } = dialect.tables;
  return settleSql(
    dialect,
    now,
    `ended(seq, failed) as materialized (
      select j.seq, j.outcome <> 'success' from ${picked} e cross join ${jobs} j on j.seq = e.seq
      where +j.state = 'finished')`,
    `select p.child_seq, p.parent_seq from ended x cross join ${parents} p on p.parent_seq = x.seq
      cross join ${jobs} c on c.seq = p.child_seq
      where x.failed and +${waitsForParents("c")} and c.on_parent_failure = 'cascade'`,
    `select p.child_seq from (select seq from ended union all select seq from doomed) x
      cross join ${parents} p on p.parent_seq = x.seq`,
  );
}

/**
 * The text that settles jobs just added: `source` is what to select from, with the row of such a job as `j`, and
 * `condition` says which.
 */
export function settleAddedSql(dialect: Dialect, source: string, condition: string, now: string): string {
  const { jobs, parents } = dialect.tables;
  return settleSql(
    dialect,
    now,
    `added(seq, cascades) as materialized (
      select j.seq, j.on_parent_failure = 'cascade' from ${source}
      where +${waitsForParents("j")} and ${condition})`,
    `select p.child_seq, p.parent_seq from added x cross join ${parents} p on p.child_seq = x.seq
      cross join ${jobs} q on q.seq = p.parent_seq
      where x.cascades and +q.state = 'finished' and q.outcome <> 'success'`,
    "select seq from added",
  );
}

/**
 * True if the job `child` has a parent that is not over. Parents mostly end in the order in which they were given:
 * the last ones decide soonest. `over` is the condition that makes one of them, `q`, count as over.
 */
export function hasUnfinishedParent(
  { tables }: Dialect,
  child: string,
  over = "q.state = 'finished'",
): string {
  return `exists (select 1 from ${tables.parents} w cross join ${tables.jobs} q on q.seq = w.parent_seq
        where w.child_seq = ${child} and not (${over}) order by w.place desc limit 1)`;
}

/**
 * `first` are table expressions, `seeds` a query for children that end with a parent each, `candidates` one for those
 * that may continue.
 */
function settleSql(dialect: Dialect, now: string, first: string, seeds: string, candidates: string): string {
  const { jobs, parents } = dialect.tables;
  const over = "q.state = 'finished' or q.seq in (select seq from doomed)";
  const ends = (value: string, other: string) =>
    `case when t.parent is not null then ${value} else ${other} end`;
  return `with recursive clock(now) as materialized (select ${dialect.now(now)}), ${first},
    walk(seq, parent) as (${seeds}
      union select p.child_seq, p.parent_seq from walk x cross join ${parents} p on p.parent_seq = x.seq
        cross join ${jobs} c on c.seq = p.child_seq
        where +${waitsForParents("c")} and c.on_parent_failure = 'cascade'),
    doomed(seq, parent) as materialized (select seq, min(parent) from walk group by seq),
    candidate(seq) as materialized (${candidates}),
    released(seq) as materialized (
      select distinct c.seq from candidate x cross join ${jobs} c on c.seq = x.seq
      where +${waitsForParents("c")} and c.seq not in (select seq from doomed)
        and not ${hasUnfinishedParent(dialect, "c.seq", over)})
    update ${jobs} set
      state = ${
    ends(
      "'finished'",
      `case when ${jobs}.run_at > t.now then 'scheduled' else ${readyOrBlocked(dialect, jobs)} end`,
    )
  },
      blocked_by = null, outcome = ${ends("'cancelled'", `${jobs}.outcome`)},
      error = ${ends(cascadedError("q"), `${jobs}.error`)},
      finished_at = ${ends("t.now", `${jobs}.finished_at`)},
      expires_at = ${ends(`t.now + ${otherKeepMs(dialect, jobs)}`, `${jobs}.expires_at`)}
    from (select seq, parent, now from doomed cross join clock
        union all select seq, null, now from released cross join clock) t
      left join ${jobs} q on q.seq = t.parent
    where ${jobs}.seq = +t.seq`;
}
