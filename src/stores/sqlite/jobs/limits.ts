/** The limits that hold jobs back: of their schedule, their concurrency key and their rate. */
import type { Dialect } from "../schema/dialect.ts";
import { isSetAside } from "../schema/tables.ts";

/**
 * The state in which a job that may run now is stored: `ready`, or `blocked` where its schedule or one of its keys limits how many run
 * or start. A claim makes the first ones of each such lane ready as far as there are slots, so that the ready jobs a
 * claim reads are jobs it can take, however many wait behind them. `job` is the alias of the job's row,
 * `keys` are the expressions of its keys where these are about to change.
 */
export function readyOrBlocked(
  { tables }: Dialect,
  job: string,
  keys = { concurrencyKey: `${job}.concurrency_key`, rateKey: `${job}.rate_key` },
): string {
  return `case when (select max_running from ${tables.schedules} where seq = ${job}.schedule_seq) is null
      and (${keys.concurrencyKey} is null
        or (select key_max from ${tables.tasks} where name = ${job}.task_name) is null)
      and (${keys.rateKey} is null or not exists (
        select 1 from ${tables.rates} where task_name = ${job}.task_name and keyed))
    then 'ready' else 'blocked' end`;
}

/** Number of further jobs of the job's schedule that may run: null where nothing limits it. */
export function scheduleFree({ tables }: Dialect, job: string): string {
  return `(select s.max_running - (select count(*) from ${tables.jobs} r
      where r.schedule_seq = s.seq and r.schedule_seq is not null and r.state <> 'finished' and r.state = 'running')
    from ${tables.schedules} s where s.seq = ${job}.schedule_seq)`;
}

/**
 * Number of further jobs with the job's key that may run, asked for this job: null where nothing limits it. `task` has the
 * limit as `key_max` and `key_fifo`.
 */
export function keyFree(dialect: Dialect, job: string, task: string): string {
  const running = runningWithKey(dialect, job);
  const isFirst = `not exists (select 1 from ${dialect.tables.jobs} u
      where u.task_name = ${job}.task_name and u.concurrency_key = ${job}.concurrency_key
        and u.concurrency_key is not null and u.state <> 'finished' and u.seq < ${job}.seq)`;
  return `case when ${task}.key_max is null then null
    when not ${task}.key_fifo then ${task}.key_max - ${running}
    when ${isFirst} then 1 - ${running} else 0 end`;
}

/** Number of running jobs with the job's key. */
export function runningWithKey({ tables }: Dialect, job: string): string {
  return `(select count(*) from ${tables.jobs} r where r.task_name = ${job}.task_name
      and r.concurrency_key = ${job}.concurrency_key and r.concurrency_key is not null and r.state = 'running')`;
}

/** Which starts are counted: expressions for the task, the key (the empty text where all count together) and the window. */
export interface CountedStarts {
  readonly task: string;
  readonly key: string;
  /** The length of the window. */
  readonly per: string;
  /** The time. */
  readonly now: string;
}

/**
 * Number of jobs that started in the window. Starts are numbered one by one, so the first and the last suffice, however many they
 * are.
 */
export function startsInWindow(dialect: Dialect, starts: CountedStarts): string {
  const { task, key } = starts;
  const last =
    `(select s.ordinal from ${dialect.tables.starts} s where s.task_name = ${task} and s.rate_key = ${key}
    order by s.at desc, s.ordinal desc limit 1)`;
  return `coalesce(${last} - ${firstInWindow(dialect, starts, "ordinal")} + 1, 0)`;
}

/** When the first start of the window was: null where there is none. */
export function firstInWindow(
  { tables }: Dialect,
  { task, key, per, now }: CountedStarts,
  column = "at",
): string {
  return `(select s.${column} from ${tables.starts} s where s.task_name = ${task} and s.rate_key = ${key}
    and s.at > ${now} - ${per} order by s.at, s.ordinal limit 1)`;
}

/** Number of further jobs that may start of a task whose jobs count together; `r` is its row of rates. */
export function rateFreeOfTask(dialect: Dialect, now: string): string {
  return `r.max - ${startsInWindow(dialect, { task: "r.task_name", key: "''", per: "r.per", now })}`;
}

/** Number of further jobs that may start with the key of `job`; `rate` is its task's row of rates. */
export function rateFreeOfKey(dialect: Dialect, job: string, rate: string, now: string): string {
  const counted = { task: `${job}.task_name`, key: `${job}.rate_key`, per: `${rate}.per`, now };
  return `${rate}.max - ${startsInWindow(dialect, counted)}`;
}

/** A query for when the rates of these tasks let another job start at the earliest: `first`, where one waits for that. */
export function nextStarts(dialect: Dialect, tasks: string, now: string): string {
  const { jobs, rates, waits } = dialect.tables;
  const counted = { task: "r.task_name", key: "''", per: "r.per", now: dialect.now(now) };
  const waiting = (condition: string) =>
    `exists (select 1 from ${jobs} k where ${condition} and k.task_name = r.task_name)`;
  return `select (select min(w.at) from ${waits} w where w.task_name = (e.value ->> 0)) as first from json_each(${tasks}) e
      union all select ${firstInWindow(dialect, counted)} + r.per as first
        from json_each(${tasks}) e cross join ${rates} r on r.task_name = (e.value ->> 0)
        where not r.keyed and (${waiting("k.state = 'ready'")} or ${waiting(isSetAside("k"))})
          and ${rateFreeOfTask(dialect, dialect.now(now))} <= 0`;
}
