import type { Dialect } from "../schema/dialect.ts";
import { keyFree, rateFreeOfTask, scheduleFree, startsInWindow } from "./limits.ts";

/** The arguments of the parts of a claim. */
export interface ClaimArguments {
  /** JSON list of the asked tasks: name, version, and how many of its jobs at the most or null. */
  readonly tasks: string;
  /** The number of jobs of one queue or one lane that are looked at. */
  readonly window: string;
  /** The time. */
  readonly now: string;
  /** The number of jobs that are wanted. */
  readonly limit: string;
  /** The incarnation that wants them. */
  readonly incarnation: string;
}

/** Jobs of a task or lane that a claim looks at, at least: some may have to be set aside. */
export const WINDOW_MIN = 32;

/**
 * The asked tasks that are not paused and have slots left: `name`, `version`, `free` (null is without limit), and how
 * their jobs with the same keys are limited; and the tags that the claiming scheduler offers.
 */
export function openTasks(dialect: Dialect, { tasks, incarnation, now }: ClaimArguments): string {
  const { tables } = dialect;
  const running =
    `(select count(*) from ${tables.jobs} r where r.state = 'running' and r.task_name = a.name)`;
  const started = `case when not r.keyed then ${rateFreeOfTask(dialect, dialect.now(now))} end`;
  const least = (a: string, b: string) => `min(coalesce(${a}, ${b}), coalesce(${b}, ${a}))`;
  return `asked_task(name, version, most, paused, slots, starts, key_max, key_fifo, rate_max, rate_per) as materialized (
      select a.name, a.version, a.most, coalesce(t.paused, 0), case when t.name is null then 1 - ${running}
        when t.max_running is not null then t.max_running - ${running} end, ${started}, t.key_max, t.key_fifo,
        case when r.keyed then r.max end, r.per
      from (select value ->> 0 as name, max(value ->> 1) as version, max(value ->> 2) as most
        from json_each(${tasks}) group by 1) a
        left join ${tables.tasks} t on t.name = a.name left join ${tables.rates} r on r.task_name = a.name),
    open_task(name, version, free, key_max, key_fifo, rate_max, rate_per) as materialized (
      select name, version, ${
    least("most", least("slots", "starts"))
  }, key_max, key_fifo, rate_max, rate_per from asked_task
      where paused = 0 and coalesce(slots, 1) > 0 and coalesce(starts, 1) > 0 and coalesce(most, 1) > 0),
    offered(tag) as materialized (
      select e.value from ${tables.schedulers} l
        cross join json_each(case when json_valid(l.tags) then l.tags else '[]' end) e
      where l.incarnation = ${incarnation})`;
}

/** True if the claiming scheduler offers the tags in this expression. */
export function covered(tags: string): string {
  const list = `json_each(case when json_valid(${tags}) then ${tags} else '[]' end)`;
  return `(${tags} = '[]' or not exists (
        select 1 from ${list} d where d.value not in (select tag from offered)))`;
}

/**
 * The first ready jobs of each open task, which a claim chooses from: of each queue by itself, which are the jobs of the
 * same version, ageing and tags. So jobs for other schedulers hide none, and an index knows the order within a queue.
 */
export function readyCandidates(dialect: Dialect, args: ClaimArguments, condition = "true"): string {
  const { jobs } = dialect.tables;
  // The inner queries walk the index of one task and stop; joining them by identity keeps that plan whatever the
  // planner thinks of the tables' sizes. What limits a query cannot name a column: hence one for all tasks with limits.
  const first = (free: string, limit: string) =>
    `select * from (select w.seq from ${jobs} w where o.free is ${free}
          and w.state = 'ready' and w.task_name = q.name and w.queue = q.queue
        order by w.rank, w.run_at, w.seq limit ${limit})`;
  const source = `ready_queue q cross join open_task o on o.name = q.name cross join ${jobs} j on j.seq in (
      ${first("null", args.window)} union all ${first("not null", "(select jobs from limited_window)")})`;
  return `limited_window(jobs) as materialized (
      select min(${args.window}, max(${WINDOW_MIN}, coalesce(max(free), 0))) from open_task where free is not null),
    any_queue(name, version, queue) as (
      select t.name, t.version,
        (select min(k.queue) from ${jobs} k where k.state = 'ready' and k.task_name = t.name)
      from open_task t
      union all
      select p.name, p.version, (select min(k.queue) from ${jobs} k
        where k.state = 'ready' and k.task_name = p.name and k.queue > p.queue)
      from any_queue p where p.queue is not null),
    ready_queue as materialized (select name, queue from any_queue
      where queue is not null and cast(queue as integer) <= version
        and ${covered("substr(queue, instr(queue, '['))")}),
    ${candidates(dialect, source, args, condition)}`;
}

/** These jobs, as far as they wait and their tasks are open; those that the step has picked are left out. */
export function namedCandidates(dialect: Dialect, jobIds: string, args: ClaimArguments): string {
  const { jobs, picked } = dialect.tables;
  return candidates(
    dialect,
    `(select distinct value as id from json_each(${jobIds})) named cross join ${jobs} j on j.id = named.id
      join open_task o on o.name = j.task_name and +j.state in ('ready', 'blocked') and j.blocked_by is null
        and j.task_version <= o.version and j.seq not in (select seq from ${picked}) and ${
      covered("j.tags")
    }`,
    args,
  );
}

/** A job's priority with its age: the rule of `agedPriority` in the model. */
function urgency(dialect: Dialect, job: string, now: string): string {
  return `case when ${job}.ageing is null then ${job}.priority
    else (${dialect.now(now)} - ${job}.rank) * 1.0 / ${job}.ageing end`;
}

function candidates(dialect: Dialect, source: string, { now }: ClaimArguments, condition = "true"): string {
  return `candidate as materialized (
    select j.seq, j.task_name, j.run_at, ${
    urgency(dialect, "j", now)
  } as urgency, j.schedule_seq, j.concurrency_key, j.rate_key, o.free as task_free,
      case when j.schedule_seq is not null then ${scheduleFree(dialect, "j")} end as schedule_free,
      case when j.concurrency_key is not null then ${keyFree(dialect, "j", "o")} end as key_free,
      case when j.rate_key is not null and o.rate_max is not null then o.rate_max - ${
    startsInWindow(dialect, {
      task: "j.task_name",
      key: "j.rate_key",
      per: "o.rate_per",
      now: dialect.now(now),
    })
  } end as rate_free
    from ${source}
    where ${condition}
      and (j.start_deadline is null or j.attempt > 0 or j.start_deadline >= ${dialect.now(now)}))`;
}

/**
 * The text that sets ready jobs aside whose schedule or one of whose keys has no slot left for them, so that they hide no others. It
 * follows the claim, and reads nothing when that was filled up to `limit`.
 */
export function blockSql(dialect: Dialect, args: ClaimArguments): string {
  const { jobs } = dialect.tables;
  const window = `case when changes() < ${args.limit} then ${args.window} else 0 end`;
  const inLanes = readyCandidates(dialect, { ...args, window }, "j.lane is not null");
  return `with recursive ${openTasks(dialect, args)}, ${inLanes}
    update ${jobs} set state = 'blocked' where seq in (
      select seq from candidate where schedule_free <= 0 or key_free <= 0 or rate_free <= 0)`;
}
