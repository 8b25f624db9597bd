import type { Dialect } from "../schema/dialect.ts";
import { newJobGroupColumns } from "../rows/job_columns.ts";
import { readyOrBlocked } from "./limits.ts";

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
