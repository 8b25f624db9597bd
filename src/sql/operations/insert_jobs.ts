import type { Dialect } from "../dialect.ts";

/**
 * The text that inserts jobs. `source` must offer `e`, whose value is a row of `newJobRows`, and `s`, the job's
 * schedule if it has one; `now` is the argument that holds the time.
 */
export function insertJobsSql(dialect: Dialect, source: string, now: string): string {
  const { jobs } = dialect.tables;
  const nowMs = dialect.now(now);
  return `insert into ${jobs}(id, state, task_name, task_version, schedule_seq, schedule_id, fire_time, priority,
      run_at, start_deadline, attempt, claim_number, lost_leases, created_at, overrides, metadata, input)
    select e.value ->> 0, ${
    firstState(dialect, nowMs)
  }, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4,
      e.value ->> 5, e.value ->> 7, coalesce(e.value ->> 6, ${nowMs}), e.value ->> 11, 0, 0, 0, ${nowMs},
      e.value ->> 9, e.value ->> 10, e.value ->> 8
    from ${source}
    on conflict(id) do nothing`;
}

/**
 * A job of a limited schedule may start as ready when nothing of the schedule is in front of it; this spares the
 * usual job of a schedule the way through `blocked`.
 */
function firstState({ tables: { jobs } }: Dialect, nowMs: string): string {
  return `case
      when e.value ->> 6 > ${nowMs} then 'scheduled'
      when s.max_running is null then 'ready'
      when e.value ->> 12 and not exists (
        select 1 from ${jobs} u where u.schedule_seq = s.seq and u.schedule_seq is not null
          and u.state <> 'finished' and u.state in ('ready', 'blocked', 'running')) then 'ready'
      else 'blocked' end`;
}
