import type { Dialect } from "../dialect.ts";
import { type ClaimArguments, covered, openTasks } from "./claim_sql.ts";
import { runningWithKey, scheduleFree } from "./free_slots.ts";

/** More slots than there can be: stands for no limit. */
const NO_LIMIT = 2 ** 31 - 1;

/**
 * The text that makes blocked jobs ready: of each lane with free slots that the scheduler can serve the first ones in
 * claim order, counting those that are ready already; where a key goes by order of adding, only its very first job.
 */
export function unblockSql(dialect: Dialect, args: ClaimArguments): string {
  const { jobs } = dialect.tables;
  return `with recursive ${openTasks(dialect, args)},
    blocked_lane(name, version, key_max, key_fifo, lane) as (
      select t.name, t.version, t.key_max, t.key_fifo,
        (select min(k.lane) from ${jobs} k where k.state = 'blocked' and k.task_name = t.name)
      from open_task t
      union all
      select p.name, p.version, p.key_max, p.key_fifo, (select min(k.lane) from ${jobs} k
        where k.state = 'blocked' and k.task_name = p.name and k.lane > p.lane)
      from blocked_lane p where p.lane is not null),
    counted_lane as materialized (
      select b.*, ${laneFree(dialect)} as free, ${firstOfKey(dialect)} as first_seq
      from blocked_lane b cross join ${jobs} h on h.seq = (
        select k.seq from ${jobs} k where k.state = 'blocked' and k.task_name = b.name and k.lane = b.lane limit 1)
      where b.lane is not null and h.task_version <= b.version and ${covered("h.tags")}),
    open_lane as materialized (select * from counted_lane where free > 0)
    update ${jobs} set state = 'ready' where seq in (
      select seq from (
        select j.seq, j.state, l.free, l.first_seq,
          row_number() over (partition by j.task_name, j.lane order by j.rank, j.run_at, j.seq) as place
        from open_lane l cross join ${jobs} j on j.seq in (
          ${firstOfLane(dialect, "blocked", args)} union all ${firstOfLane(dialect, "ready", args)}
          union all select l.first_seq where l.first_seq is not null)
        where j.lane = l.lane and (l.first_seq is null or j.seq = l.first_seq))
      where state = 'blocked' and place <= free
      limit ${args.limit})`;
}

/** How many jobs of the lane `b`, one of which is `h`, may be ready. */
function laneFree(dialect: Dialect): string {
  const ofSchedule = `case when h.schedule_seq is not null then ${scheduleFree(dialect, "h")} end`;
  const ofKey = `case when h.concurrency_key is not null and b.key_max is not null
    then case when b.key_fifo then 1 else b.key_max end - ${runningWithKey(dialect, "h")} end`;
  return `min(coalesce(${ofSchedule}, ${NO_LIMIT}), coalesce(${ofKey}, ${NO_LIMIT}))`;
}

/** Where the key of `h` goes by order of adding: the first job with it. */
function firstOfKey({ tables: { jobs } }: Dialect): string {
  return `case when h.concurrency_key is not null and b.key_max is not null and b.key_fifo then (
    select min(u.seq) from ${jobs} u where u.task_name = h.task_name and u.concurrency_key = h.concurrency_key
      and u.concurrency_key is not null and u.state <> 'finished') end`;
}

function firstOfLane({ tables: { jobs } }: Dialect, state: string, { window }: ClaimArguments): string {
  return `select * from (select w.seq from ${jobs} w
      where w.task_name = l.name and w.lane = l.lane and w.lane is not null and w.state <> 'finished'
        and w.state = '${state}' and l.first_seq is null
      order by w.rank, w.run_at, w.seq limit ${window})`;
}
