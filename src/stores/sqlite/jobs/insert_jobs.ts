import type { Dialect } from "../schema/dialect.ts";
import { newJobGroupColumns } from "../rows/job_row.ts";

/**
 * The text that inserts jobs. `groups` is a source whose `b.value` is a group of `newJobGroups`; `now` is the argument
 * that holds the time, `condition` what must be so for anything to be inserted.
 */
export function insertJobsSql(dialect: Dialect, groups: string, now: string, condition = "true"): string {
  const { jobs, schedules, tasks } = dialect.tables;
  const shared = newJobGroupColumns.map((column, index) => `b.value ->> ${index} as ${column}`);
  return `with clock(now) as materialized (select ${dialect.now(now)}),
    g as materialized (select ${shared}, b.value -> ${newJobGroupColumns.length} as own from ${groups})
    insert into ${jobs}(id, state, task_name, task_version, schedule_seq, schedule_id, fire_time, priority,
      ageing, tags, concurrency_key, rate_key, identity_key, run_at, start_deadline, attempt, claim_number, lost_leases, created_at,
      overrides, metadata, on_parent_failure, added_by, batch_id, input)
    select e.value ->> 0, ${firstState(dialect)}, g.task_name, g.task_version, g.schedule_seq, g.schedule_id,
      g.fire_time, g.priority, g.ageing, g.tags, g.concurrency_key, g.rate_key, g.identity_key, coalesce(g.run_at, clock.now),
      g.start_deadline, 0, 0, 0, clock.now, g.overrides, g.metadata, g.on_parent_failure, g.added_by, g.batch_id,
      e.value ->> 1
    from clock cross join g left join ${schedules} s on s.seq = g.schedule_seq
      left join ${tasks} t on t.name = g.task_name cross join json_each(g.own) e
    where ${condition}
    on conflict(id) do nothing`;
}

/**
 * A job of a limited schedule or with a limited key may start as ready when nothing of the same is in front of it; this
 * spares the usual one the way through `blocked`.
 */
function firstState({ tables: { jobs, rates } }: Dialect): string {
  return `case
      when g.on_parent_failure is not null then 'waiting'
      when g.run_at > clock.now then 'scheduled'
      when g.rate_key is not null and exists (select 1 from ${rates} r where r.task_name = g.task_name and r.keyed)
        then 'blocked'
      when s.max_running is null and (g.concurrency_key is null or t.key_max is null) then 'ready'
      when g.is_first and e.key = 0 and (s.max_running is null or not exists (
          select 1 from ${jobs} u where u.schedule_seq = s.seq and u.schedule_seq is not null
            and u.state <> 'finished' and u.state in ('ready', 'blocked', 'running')))
        and (g.concurrency_key is null or t.key_max is null or not exists (
          select 1 from ${jobs} u where u.task_name = g.task_name and u.concurrency_key = g.concurrency_key
            and u.concurrency_key is not null and u.state <> 'finished')) then 'ready'
      else 'blocked' end`;
}
