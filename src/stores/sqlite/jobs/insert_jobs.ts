import type { Dialect } from "../schema/dialect.ts";
import { newJobGroupColumns } from "../rows/job_columns.ts";
import { readyOrBlocked } from "./limits.ts";
import type { NewJob } from "../../../model/job_record.ts";
import { missingParent } from "../../../model/parents.ts";
import type { Step } from "../../shared/driver.ts";
import { guard, GuardFailure, type SqliteSession } from "../session/session.ts";
import { listText } from "../rows/list_text.ts";
import { settleAddedSql } from "./settle_children.ts";

/**
 * The text that inserts jobs. `groups` is a source whose `b.value` is a group of `newJobGroups`; `now` is the argument
 * that holds the time, `condition` what must be so for anything to be inserted.
 */
export function insertJobsSql(dialect: Dialect, groups: string, now: string, condition = "true"): string {
  const { jobs } = dialect.tables;
  const shared = newJobGroupColumns.map((column, index) => `b.value ->> ${index} as ${column}`);
  const columns = newJobGroupColumns.filter((column) => column !== "run_at");
  return `with clock(now) as materialized (select ${dialect.now(now)}),
    g as materialized (select ${shared}, b.value -> ${newJobGroupColumns.length} as own from ${groups}),
    w as materialized (select g.*, ${readyOrBlocked(dialect, "g")} as due_state from g)
    insert into ${jobs}(id, input, state, blocked_by, run_at, attempt, claim_number, lost_leases, created_at, ${columns})
    select e.value ->> 0, e.value ->> 1,
      case when w.on_parent_failure is not null then 'blocked'
        when w.run_at > clock.now then 'scheduled' else w.due_state end,
      case when w.on_parent_failure is not null then 'parents' end,
      coalesce(w.run_at, clock.now), 0, 0, 0, clock.now, ${columns.map((column) => `w.${column}`)}
    from clock cross join w cross join json_each(w.own) e
    where ${condition}
    on conflict(id) do nothing`;
}

/**
 * The statements that tie jobs just added to their parents and settle those whose parents are over already. Jobs that
 * were there before are picked, and left as they are. Without parents there is nothing to do. A parent that the call did
 * not add, because another job stands for it, is that other job, as a table of its own notes.
 */
export function addParents(dialect: Dialect): (jobs: readonly NewJob[], now: number | null) => Step {
  const { jobs, parents, picked, answered } = dialect.tables;
  // Rows of the argument: the child's id, the place, the parent's id.
  const added = `json_each(?1) e cross join ${jobs} j on j.id = (e.value ->> 0)`;
  const isNew = `j.seq not in (select seq from ${picked})`;
  const parent = `coalesce((select p.seq from ${jobs} p where p.id = (e.value ->> 2)),
    (select a.seq from ${answered} a where a.id = (e.value ->> 2)))`;
  const found = `not exists (select 1 from ${added} where ${isNew}
    and ${parent} is null)`;
  // Two ids may stand for one job, which is one parent.
  const tie = `insert into ${parents}(child_seq, place, parent_seq)
    select j.seq, min(e.value ->> 1), ${parent} from ${added} where ${isNew} group by 1, 3`;
  const settle = settleAddedSql(
    dialect,
    `(select distinct value ->> 0 as id from json_each(?1)) e cross join ${jobs} j on j.id = e.id`,
    isNew,
    "?2",
  );
  return (added, now) => {
    // Of several jobs with one id the first one is added.
    const firsts = new Map(added.toReversed().map((job) => [job.id, job]));
    const rows = [...firsts.values()].flatMap(({ id, parents }) =>
      parents?.ids.map((parent, place) => [id, place, parent]) ?? []
    );
    if (rows.length === 0) return [];
    const list = listText(rows);
    return [guard(dialect, found, [list]), { sql: tie, args: [list] }, { sql: settle, args: [list, now] }];
  };
}

/** Says which parent is not there when that has undone a step. */
export async function tellMissingParent<Answer>(
  session: SqliteSession,
  jobs: readonly NewJob[],
  write: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof GuardFailure)) throw error;
    const added = new Set(jobs.map(({ id }) => id));
    const asked = jobs.flatMap(({ parents }) => parents?.ids ?? []).filter((id) => !added.has(id));
    const missing = `select e.value from json_each(?1) e
      where not exists (select 1 from ${session.dialect.tables.jobs} j where j.id = e.value) limit 1`;
    const [found] = await session.read([{ sql: missing, args: [listText(asked)] }]);
    throw missingParent(String(found!.cells[0] ?? asked[0]));
  }
}
