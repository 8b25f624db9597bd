import type { Dialect } from "../dialect.ts";
import { placedCandidates } from "./choose_jobs.ts";

/** How the pieces of a claim name their arguments. */
export interface ClaimArguments {
  /** JSON list of the asked tasks. */
  readonly taskNames: string;
  /** How many jobs of one task or one schedule are looked at. */
  readonly window: string;
  /** The time. */
  readonly now: string;
}

/** The asked tasks that are not paused and have slots left: `name`, `free` (null is without limit). */
export function openTasks({ tables }: Dialect, { taskNames }: ClaimArguments): string {
  const running =
    `(select count(*) from ${tables.jobs} r where r.state = 'running' and r.task_name = a.name)`;
  return `asked_task(name, paused, free) as materialized (
      select a.name, coalesce(t.paused, 0), case when t.name is null then 1 - ${running}
        when t.max_running is not null then t.max_running - ${running} end
      from (select distinct value as name from json_each(${taskNames})) a
        left join ${tables.tasks} t on t.name = a.name),
    open_task(name, free) as materialized (
      select name, free from asked_task where paused = 0 and (free is null or free > 0))`;
}

/** How many more jobs of a schedule may run: null where nothing limits it. */
function freeOfSchedule({ tables }: Dialect, seq: string): string {
  return `(select s.max_running - (select count(*) from ${tables.jobs} r
      where r.schedule_seq = s.seq and r.schedule_seq is not null and r.state <> 'finished' and r.state = 'running')
    from ${tables.schedules} s where s.seq = ${seq})`;
}

/** The first ready jobs of each open task, which a claim chooses from. */
export function readyCandidates(dialect: Dialect, args: ClaimArguments, condition = "true"): string {
  const { jobs } = dialect.tables;
  // The inner query walks the index of one task and stops; joining it by identity keeps that plan whatever the
  // planner thinks of the tables' sizes.
  return candidates(
    dialect,
    `open_task cross join ${jobs} j on j.seq in (
      select w.seq from ${jobs} w where w.state = 'ready' and w.task_name = open_task.name
      order by w.priority desc, w.run_at, w.seq limit ${args.window})`,
    args,
    condition,
  );
}

/** These jobs, as far as they wait and their tasks are open; those that the step has picked are left out. */
export function namedCandidates(dialect: Dialect, jobIds: string, args: ClaimArguments): string {
  const { jobs, picked } = dialect.tables;
  return candidates(
    dialect,
    `(select distinct value as id from json_each(${jobIds})) named cross join ${jobs} j on j.id = named.id
      join open_task on open_task.name = j.task_name and +j.state in ('ready', 'blocked')
        and j.seq not in (select seq from ${picked})`,
    args,
  );
}

function candidates(dialect: Dialect, source: string, { now }: ClaimArguments, condition = "true"): string {
  return `candidate as materialized (
    select j.seq, j.task_name, j.priority, j.run_at, j.schedule_seq, open_task.free as task_free,
      case when j.schedule_seq is not null then ${
    freeOfSchedule(dialect, "j.schedule_seq")
  } end as schedule_free
    from ${source}
    where ${condition}
      and (j.start_deadline is null or j.attempt > 0 or j.start_deadline >= ${dialect.now(now)}))`;
}

/**
 * The text that makes blocked jobs ready: of each schedule with free slots the first ones of each task in claim order,
 * counting those that are ready already.
 */
export function unblockSql(dialect: Dialect, args: ClaimArguments & { readonly limit: string }): string {
  const { jobs } = dialect.tables;
  const first = (state: string) =>
    `select * from (select w.seq from ${jobs} w
      where w.schedule_seq = open_schedule.seq and w.schedule_seq is not null and w.state <> 'finished'
        and w.state = '${state}' and w.task_name in (select name from open_task)
      order by w.priority desc, w.run_at, w.seq limit ${args.window})`;
  return `with recursive ${openTasks(dialect, args)},
    blocked_schedule(seq) as (
      select min(schedule_seq) from ${jobs} where state = 'blocked'
      union all
      select (select min(k.schedule_seq) from ${jobs} k where k.state = 'blocked' and k.schedule_seq > p.seq)
      from blocked_schedule p where p.seq is not null),
    counted_schedule(seq, free) as materialized (
      select b.seq, ${freeOfSchedule(dialect, "b.seq")} from blocked_schedule b where b.seq is not null),
    open_schedule(seq, free) as materialized (
      select seq, free from counted_schedule where free is null or free > 0)
    update ${jobs} set state = 'ready' where seq in (
      select seq from (
        select j.seq, j.state, open_schedule.free,
          row_number() over (partition by j.schedule_seq, j.task_name
            order by j.priority desc, j.run_at, j.seq) as place
        from open_schedule cross join ${jobs} j on j.seq in (${first("blocked")} union all ${first("ready")}))
      where state = 'blocked' and (free is null or place <= free)
      limit ${args.limit})`;
}

/**
 * The text that sets ready jobs aside whose schedule has no slot left for them, so that they hide no others. It
 * follows the claim, and reads nothing when that was filled up to `limit`.
 */
export function blockSql(dialect: Dialect, args: ClaimArguments & { readonly limit: string }): string {
  const { jobs } = dialect.tables;
  const window = `case when changes() < ${args.limit} then ${args.window} else 0 end`;
  const ofSchedules = readyCandidates(dialect, { ...args, window }, "j.schedule_seq is not null");
  return `with ${openTasks(dialect, args)}, ${ofSchedules}, ${placedCandidates}
    update ${jobs} set state = 'blocked'
    where seq in (select seq from placed where lane_place > schedule_free)`;
}
