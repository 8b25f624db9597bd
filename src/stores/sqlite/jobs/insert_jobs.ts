import type { Dialect } from "../schema/dialect.ts";
import { newJobGroupColumns } from "../rows/job_row.ts";
import { readyOrBlocked } from "./limits.ts";

/**
 * The text that inserts jobs. `groups` is a source whose `b.value` is a group of `newJobGroups`; `now` is the argument
 * that holds the time, `condition` what must be so for anything to be inserted.
 */
export function insertJobsSql(dialect: Dialect, groups: string, now: string, condition = "true"): string {
  const { jobs } = dialect.tables;
  const shared = newJobGroupColumns.map((column, index) => `b.value ->> ${index} as ${column}`);
  return `with clock(now) as materialized (select ${dialect.now(now)}),
    g as materialized (select ${shared}, b.value -> ${newJobGroupColumns.length} as own from ${groups}),
    w as materialized (select g.*, ${readyOrBlocked(dialect, "g")} as due_state from g)
    insert into ${jobs}(id, state, blocked_by, task_name, task_version, schedule_seq, schedule_id, fire_time, priority,
      ageing, tags, concurrency_key, rate_key, identity_key, run_at, start_deadline, attempt, claim_number, lost_leases, created_at,
      overrides, metadata, on_parent_failure, added_by, batch_id, input)
    select e.value ->> 0, case when w.on_parent_failure is not null then 'blocked'
        when w.run_at > clock.now then 'scheduled' else w.due_state end,
      case when w.on_parent_failure is not null then 'parents' end,
      w.task_name, w.task_version, w.schedule_seq, w.schedule_id,
      w.fire_time, w.priority, w.ageing, w.tags, w.concurrency_key, w.rate_key, w.identity_key, coalesce(w.run_at, clock.now),
      w.start_deadline, 0, 0, 0, clock.now, w.overrides, w.metadata, w.on_parent_failure, w.added_by, w.batch_id,
      e.value ->> 1
    from clock cross join w cross join json_each(w.own) e
    where ${condition}
    on conflict(id) do nothing`;
}
