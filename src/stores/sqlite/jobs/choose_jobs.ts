import type { Dialect } from "../schema/dialect.ts";

const claimOrder = "urgency desc, run_at, seq";

/**
 * The candidates that something beside their task limits, in order among those that share its slots: `placed` by
 * schedule, then of what is left `keyed` by key, then of what is left `rated` by the key of their rate. A job without a
 * slot for one of its keys takes no place from others.
 *
 * Each is named once by the next: a server plans a claim anew each time it is asked, and every mention of a table
 * expression is planned with all that it mentions itself.
 */
const placedCandidates = `placed as materialized (
  select *, row_number() over (partition by schedule_seq, task_name order by ${claimOrder}) as schedule_place
  from candidate where coalesce(schedule_free, key_free, rate_free) is not null
    and coalesce(key_free, 1) > 0 and coalesce(rate_free, 1) > 0),
  keyed as materialized (
    select *, row_number() over (partition by task_name, concurrency_key order by ${claimOrder}) as key_place
    from placed where schedule_free is null or schedule_place <= schedule_free),
  rated as materialized (
    select *, row_number() over (partition by task_name, rate_key order by ${claimOrder}) as rate_place
    from keyed where key_free is null or key_place <= key_free)`;

/**
 * The table expressions that end in `chosen(seq)`: of the candidates those to take, in claim order, as if each were
 * looked at in turn and taken while its task, its schedule and its key have slots left, and the inputs before it are not
 * too long together. They need `with recursive`.
 *
 * Where every schedule's jobs are of one task and one key, and every key's of one rate, counting places comes to the same:
 * first within the schedule, then within the key, then within the rate, then within the task. Jobs that nothing limits
 * are not even counted, because putting them in order once more is what would cost most. Otherwise (a schedule that was
 * changed while jobs of it waited, two keys that cross) the candidates really are looked at in turn.
 */
export function choosing(dialect: Dialect, limit: string): string {
  return `${placedCandidates},
    mixed(yes) as materialized (select exists (
      select 1 from placed where schedule_free is not null group by schedule_seq
        having min(task_name) <> max(task_name)
        or min(coalesce(concurrency_key, '')) <> max(coalesce(concurrency_key, ''))
        or min(coalesce(rate_key, '')) <> max(coalesce(rate_key, '')))
      or exists (select 1 from candidate where key_free is not null group by task_name, concurrency_key
        having count(rate_free) > 0 and (count(rate_free) < count(*) or min(rate_key) <> max(rate_key)))),
    ${inTurn(limit)},
    wanted(place, seq) as (
      select place, seq from walk where taken
      union all
      select row_number() over (order by ${claimOrder}), seq from (
        select * from (${byPlaces}) where not (select yes from mixed) order by ${claimOrder} limit ${limit})),
    chosen(seq) as (select seq from (
      select j.seq, coalesce(sum(coalesce(octet_length(j.input), 0))
        over (order by wanted.place rows between unbounded preceding and 1 preceding), 0) as before
      from wanted cross join ${dialect.tables.jobs} j on j.seq = wanted.seq) where before < ${CLAIM_BYTES_MAX})`;
}

/** Bytes of inputs behind which a claim takes no more jobs: at most that and one input are read. */
export const CLAIM_BYTES_MAX = 2_000_000;

const unlimited = "schedule_free is null and key_free is null and rate_free is null";
const inOwnTask = "seq, task_name, urgency, run_at, task_free";

const byPlaces = `select seq, urgency, run_at from candidate where ${unlimited} and task_free is null
  union all
  select seq, urgency, run_at from (
    select *, row_number() over (partition by task_name order by ${claimOrder}) as task_place from (
      select ${inOwnTask} from rated where rate_free is null or rate_place <= rate_free
      union all
      select ${inOwnTask} from candidate where ${unlimited} and task_free is not null))
  where task_free is null or task_place <= task_free`;

/** Walks the candidates in order; what was taken is counted in a JSON object, per task and keys (by number) and schedule. */
function inTurn(limit: string): string {
  const slots = [
    ["('$.t' || o.task_number)", "o.task_free"],
    ["('$.s' || coalesce(o.schedule_seq, 0))", "o.schedule_free"],
    ["('$.k' || o.key_number)", "o.key_free"],
    ["('$.r' || o.rate_number)", "o.rate_free"],
  ] as const;
  const used = (path: string) => `coalesce(walked.counts ->> ${path}, 0)`;
  const fits = `(${
    slots.map(([path, free]) => `(${free} is null or ${used(path)} < ${free})`).join(" and ")
  })`;
  const counted = slots.map(([path]) => `${path}, ${used(path)} + 1`).join(", ");
  return `in_order(place, seq, schedule_seq, task_number, key_number, rate_number, task_free, schedule_free, key_free,
      rate_free)
      as materialized (
      select row_number() over (order by ${claimOrder}), seq, schedule_seq,
        dense_rank() over (order by task_name), dense_rank() over (order by task_name, concurrency_key),
        dense_rank() over (order by task_name, rate_key), task_free, schedule_free, key_free, rate_free
      from candidate where (select yes from mixed)),
    walk(place, seq, taken, total, counts) as (
      select 0, 0, 0, 0, '{}'
      union all
      select o.place, o.seq, ${fits}, walked.total + ${fits},
        case when ${fits} then json_set(walked.counts, ${counted}) else walked.counts end
      from walk walked join in_order o on o.place = walked.place + 1 where walked.total < ${limit})`;
}
