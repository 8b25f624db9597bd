import type { Dialect } from "../schema/dialect.ts";

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
 * How many jobs started in the window. Starts are numbered one by one, so the first and the last tell, however many they
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

/** How many more jobs of a task whose jobs count together may start; `r` is its row of rates. */
export function rateFreeOfTask(dialect: Dialect, now: string): string {
  return `r.max - ${startsInWindow(dialect, { task: "r.task_name", key: "''", per: "r.per", now })}`;
}

/** How many more jobs with the key of `job` may start; `rate` is its task's row of rates. */
export function rateFreeOfKey(dialect: Dialect, job: string, rate: string, now: string): string {
  const counted = { task: `${job}.task_name`, key: `${job}.rate_key`, per: `${rate}.per`, now };
  return `${rate}.max - ${startsInWindow(dialect, counted)}`;
}

/** A query for when the rates of these tasks let another job start at the earliest: `first`, where one waits for that. */
export function nextStarts(dialect: Dialect, tasks: string, now: string): string {
  const { jobs, rates, waits } = dialect.tables;
  const counted = { task: "r.task_name", key: "''", per: "r.per", now: dialect.now(now) };
  const waiting = (state: string) =>
    `exists (select 1 from ${jobs} k where k.state = '${state}' and k.task_name = r.task_name)`;
  return `select (select min(w.at) from ${waits} w where w.task_name = (e.value ->> 0)) as first from json_each(${tasks}) e
      union all select ${firstInWindow(dialect, counted)} + r.per as first
        from json_each(${tasks}) e cross join ${rates} r on r.task_name = (e.value ->> 0)
        where not r.keyed and (${waiting("ready")} or ${waiting("blocked")})
          and ${rateFreeOfTask(dialect, dialect.now(now))} <= 0`;
}
