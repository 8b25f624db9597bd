import type { Dialect } from "../schema/dialect.ts";
import { isSetAside } from "../schema/tables.ts";
import { firstInWindow, rateFreeOfKey, runningWithKey, scheduleFree } from "./limits.ts";

/** More slots than there can be: stands for no limit. */
const NO_LIMIT = 2 ** 31 - 1;
/** Number of keys and schedules that may have been freed that one claim looks at, and of lanes of each. */
const FREED_MAX = 500;
const LANES_MAX = 64;
/** Number of lanes of a task whose limits were changed that one claim looks at. */
const SWEPT_MAX = 128;

/**
 * The texts that make blocked jobs ready, in order. They read only lanes that may have been freed since the last look,
 * however many are blocked: triggers note the keys and schedules of such lanes, and the tasks whose limits were changed;
 * where it is a rate that holds jobs back, `waits` has when to look again.
 * The work of one claim is bounded; what is left is there for the next one (`freedLeft`).
 */
export function unblockTexts(dialect: Dialect, window: string, now: string) {
  return {
    /** Where the clock was set back, starts that lie ahead count as if they had been now. */
    cutStarts: `update ${dialect.tables.starts} set at = ${dialect.now("?1")} where at > ${
      dialect.now("?1")
    }`,
    wake: `delete from ${dialect.tables.waits} where at <= ${dialect.now("?1")}`,
    sweep: sweepSql(dialect),
    sweepOn: sweepOnSql(dialect),
    look: lookSql(dialect),
    unblock: unblockSql(dialect, window, dialect.now(now)),
    wait: waitSql(dialect),
    looked: `delete from ${dialect.tables.freed} where seq in (${first(dialect)}) and cursor is null`,
  };
}

/** The expression for whether there is more to look at. */
export function freedLeft({ tables: { freed, sweeps } }: Dialect): string {
  return `(exists (select 1 from ${freed}) or exists (select 1 from ${sweeps}))`;
}

function first({ tables: { freed } }: Dialect): string {
  return `select seq from ${freed} order by seq limit ${FREED_MAX}`;
}

/** The next blocked lane of a task after another one. */
function nextOfTask({ tables: { jobs } }: Dialect, task: string, after: string): string {
  return `(select min(k.lane) from ${jobs} k
    where ${isSetAside("k")} and k.task_name = ${task} and k.lane > ${after})`;
}

/** The lanes that are swept now, in order; the last one is null where there are no more. */
function sweptLanes(dialect: Dialect): string {
  return `swept(task_name, lane, place) as (
      select s.task_name, ${nextOfTask(dialect, "s.task_name", "s.cursor")}, 1
      from (select task_name, cursor from ${dialect.tables.sweeps} limit 1) s
      union all
      select p.task_name, ${nextOfTask(dialect, "p.task_name", "p.lane")}, p.place + 1
      from swept p where p.lane is not null and p.place < ${SWEPT_MAX})`;
}

/** The keys and schedules of the swept lanes: each lane is known by any of its jobs. */
function sweepSql(dialect: Dialect): string {
  const { jobs, freed } = dialect.tables;
  return `with recursive ${sweptLanes(dialect)},
    known as materialized (select h.task_name, h.concurrency_key, h.schedule_seq, h.rate_key
      from swept l cross join ${jobs} h on h.seq = ${anyOfLane(dialect, "l.lane")} where l.lane is not null)
    insert or ignore into ${freed}(kind, task_name, ref)
      select 'key', task_name, concurrency_key from known where concurrency_key is not null
      union all select 'schedule', '', schedule_seq from known where schedule_seq is not null
      union all select 'rate', task_name, rate_key from known where rate_key is not null`;
}

function sweepOnSql(dialect: Dialect): string {
  const { sweeps } = dialect.tables;
  return `with recursive ${sweptLanes(dialect)}
    update ${sweeps} set cursor = (select lane from swept where place = ${SWEPT_MAX})
    where task_name in (select task_name from swept)`;
}

/** The next blocked lane of a key or schedule after another one. */
function nextOf({ tables: { jobs } }: Dialect, mark: string, after: string): string {
  return `case ${mark}.kind when 'key' then (select min(k.lane) from ${jobs} k
      where ${isSetAside("k")} and k.task_name = ${mark}.task_name and k.concurrency_key = ${mark}.ref
        and k.concurrency_key is not null and k.lane > ${after})
    when 'rate' then (select min(k.lane) from ${jobs} k
      where ${isSetAside("k")} and k.task_name = ${mark}.task_name and k.rate_key = ${mark}.ref
        and k.rate_key is not null and k.lane > ${after})
    else (select min(k.lane) from ${jobs} k
      where ${isSetAside("k")} and k.schedule_seq = ${mark}.ref and k.schedule_seq is not null
        and k.lane > ${after}) end`;
}

/** Says of each key and schedule which of its lanes are looked at now: those after `looked`, up to the cursor. */
function lookSql(dialect: Dialect): string {
  const { freed } = dialect.tables;
  return `update ${freed} set looked = cursor, cursor = (
      with recursive l(lane, place) as (
        select ${nextOf(dialect, freed, `${freed}.cursor`)}, 1
        union all
        select ${nextOf(dialect, freed, "l.lane")}, l.place + 1
        from l where l.lane is not null and l.place < ${LANES_MAX})
      select lane from l where place = ${LANES_MAX})
    where seq in (${first(dialect)})`;
}

/**
 * Of each of these lanes with free slots, the first jobs in claim order become ready, counting those that are ready
 * already; where a key goes by order of adding, only its very first job. Who can run them does not matter here.
 * The plus keeps the planner from making an index of all jobs for one look.
 */
function unblockSql(dialect: Dialect, window: string, now: string): string {
  const { jobs, freed, tasks, rates } = dialect.tables;
  return `with recursive freed_lane(kind, task_name, ref, lane, place) as (
      select f.kind, f.task_name, f.ref, ${nextOf(dialect, "f", "f.looked")}, 1
      from ${freed} f where f.seq in (${first(dialect)})
      union all
      select p.kind, p.task_name, p.ref, ${nextOf(dialect, "p", "p.lane")}, p.place + 1
      from freed_lane p where p.lane is not null and p.place < ${LANES_MAX}),
    counted_lane as materialized (
      select b.lane, ${laneFree(dialect, now)} as free, ${firstOfKey(dialect)} as first_seq
      from (select distinct lane from freed_lane where lane is not null) b
        cross join ${jobs} h on h.seq = ${anyOfLane(dialect, "b.lane")}
        left join ${tasks} t on t.name = h.task_name left join ${rates} r on r.task_name = h.task_name),
    open_lane as materialized (select * from counted_lane where free > 0)
    update ${jobs} set state = 'ready' where seq in (
      select seq from (
        select j.seq, j.state, l.free, l.first_seq,
          row_number() over (partition by j.lane order by j.rank, j.run_at, j.seq) as place
        from open_lane l cross join ${jobs} j on j.seq in (
          ${firstOfLane(dialect, "blocked", window)} union all ${firstOfLane(dialect, "ready", window)}
          union all select l.first_seq where l.first_seq is not null)
        where +j.lane = l.lane and (l.first_seq is null or j.seq = l.first_seq))
      where state = 'blocked' and place <= free)`;
}

/** Where blocked jobs are left of a key whose rate was looked at: when the first start leaves the window. */
function waitSql(dialect: Dialect): string {
  const { jobs, freed, rates, waits } = dialect.tables;
  const leaves = `${
    firstInWindow(dialect, { task: "f.task_name", key: "f.ref", per: "r.per", now: dialect.now("?1") })
  } + r.per`;
  return `insert into ${waits}(task_name, rate_key, at)
    select * from (select f.task_name, f.ref, ${leaves} as at
      from ${freed} f cross join ${rates} r on r.task_name = f.task_name
      where f.seq in (${first(dialect)}) and f.kind = 'rate' and f.cursor is null and r.keyed
        and exists (select 1 from ${jobs} b where ${isSetAside("b")} and b.task_name = f.task_name
          and b.rate_key = f.ref and b.rate_key is not null))
    where at is not null on conflict do update set at = min(at, excluded.at)`;
}

function anyOfLane({ tables: { jobs } }: Dialect, lane: string): string {
  return `(select k.seq from ${jobs} k
    where k.lane = ${lane} and k.lane is not null and k.state <> 'finished' and ${isSetAside("k")} limit 1)`;
}

/** Number of jobs that may be ready of a lane, one of which is `h`; `t` is its task, `r` how many of those may start. */
function laneFree(dialect: Dialect, now: string): string {
  const ofSchedule = `case when h.schedule_seq is not null then ${scheduleFree(dialect, "h")} end`;
  const ofKey = `case when h.concurrency_key is not null and t.key_max is not null
    then case when t.key_fifo then 1 else t.key_max end - ${runningWithKey(dialect, "h")} end`;
  const ofRate = `case when h.rate_key is not null and r.keyed then ${
    rateFreeOfKey(dialect, "h", "r", now)
  } end`;
  return `min(${[ofSchedule, ofKey, ofRate].map((free) => `coalesce(${free}, ${NO_LIMIT})`).join(", ")})`;
}

/** Where the key of `h` goes by order of adding: the first job with it. */
function firstOfKey({ tables: { jobs } }: Dialect): string {
  return `case when h.concurrency_key is not null and t.key_max is not null and t.key_fifo then (
    select min(u.seq) from ${jobs} u where u.task_name = h.task_name and u.concurrency_key = h.concurrency_key
      and u.concurrency_key is not null and u.state <> 'finished') end`;
}

function firstOfLane({ tables: { jobs } }: Dialect, state: string, window: string): string {
  return `select * from (select w.seq from ${jobs} w
      where w.lane = l.lane and w.lane is not null and w.state <> 'finished'
        and w.state = '${state}' and l.first_seq is null
      order by w.rank, w.run_at, w.seq limit ${window})`;
}
