const claimOrder = "priority desc, run_at, seq";

/** The candidates whose schedule limits them, in order among its jobs of the same task: `lane_place`. */
export const placedCandidates = `placed as materialized (
  select *, row_number() over (partition by schedule_seq, task_name order by ${claimOrder}) as lane_place
  from candidate where schedule_free is not null)`;

/**
 * The table expressions that end in `chosen(seq)`: of the candidates those to take, in claim order, as if each were
 * looked at in turn and taken while its task and its schedule have slots left. They need `with recursive`.
 *
 * Where every schedule's jobs are of one task, counting places comes to the same: first within the schedule, then
 * within the task. Jobs that nothing limits are not even counted, because putting them in order once more is what would
 * cost most. A schedule whose task was changed while jobs of it waited can have jobs of several tasks; then the
 * candidates really are looked at in turn.
 */
export function choosing(limit: string): string {
  return `${placedCandidates},
    mixed(yes) as materialized (select exists (
      select 1 from placed group by schedule_seq having min(task_name) <> max(task_name))),
    ${inTurn(limit)},
    chosen(seq) as (
      select seq from walk where taken
      union all
      select * from (select seq from (${byPlaces}) where not (select yes from mixed)
        order by ${claimOrder} limit ${limit}))`;
}

const byPlaces =
  `select seq, priority, run_at from candidate where schedule_free is null and task_free is null
  union all
  select seq, priority, run_at from (
    select *, row_number() over (partition by task_name order by ${claimOrder}) as task_place from (
      select seq, task_name, priority, run_at, task_free from placed where lane_place <= schedule_free
      union all
      select seq, task_name, priority, run_at, task_free from candidate
        where schedule_free is null and task_free is not null))
  where task_free is null or task_place <= task_free`;

/** Walks the candidates in order; what was taken is counted in a JSON object, per task (by number) and schedule. */
function inTurn(limit: string): string {
  const used = (key: string) => `coalesce(walked.counts ->> ${key}, 0)`;
  const [task, schedule] = ["('$.t' || o.task_number)", "('$.s' || coalesce(o.schedule_seq, 0))"];
  const fits = `((o.task_free is null or ${used(task)} < o.task_free)
        and (o.schedule_free is null or ${used(schedule)} < o.schedule_free))`;
  return `in_order(place, seq, schedule_seq, task_number, task_free, schedule_free) as materialized (
      select row_number() over (order by ${claimOrder}), seq, schedule_seq,
        dense_rank() over (order by task_name), task_free, schedule_free
      from candidate where (select yes from mixed)),
    walk(place, seq, taken, total, counts) as (
      select 0, 0, 0, 0, '{}'
      union all
      select o.place, o.seq, ${fits}, walked.total + ${fits},
        case when ${fits} then json_set(walked.counts, ${task}, ${used(task)} + 1, ${schedule}, ${
    used(schedule)
  } + 1)
          else walked.counts end
      from walk walked join in_order o on o.place = walked.place + 1 where walked.total < ${limit})`;
}
