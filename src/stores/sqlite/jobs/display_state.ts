import { type BlockedBy, blockedByWords, type JobState } from "../../../model/states.ts";
import type { Dialect } from "../schema/dialect.ts";
import { isSetAside, waitsForParents } from "../schema/tables.ts";
import { rateFreeOfKey, rateFreeOfTask } from "./limits.ts";

/** The tables that {@linkcode displayState} asks; `now` is the argument that holds the time. */
export function surroundings(dialect: Dialect, now: string): string {
  const { schedulers, tasks, schedules, jobs, rates } = dialect.tables;
  return `clock(now) as materialized (select ${dialect.now(now)}),
    known_task(name, version, tags) as materialized (
      select distinct o.value ->> 0, o.value ->> 1, case when json_valid(l.tags) then l.tags else '[]' end
      from clock cross join ${schedulers} l
        cross join json_each(case when json_valid(l.tasks) then l.tasks else '[]' end) o
      where l.lease_until >= clock.now),
    running_task(name, running) as materialized (
      select task_name, count(*) from ${jobs} where state = 'running' group by task_name),
    held_task(name, held_by) as materialized (
      select t.name, case when t.paused then 'pause' else 'task' end
        from ${tasks} t left join running_task r on r.name = t.name
        where t.paused = 1 or t.max_running <= coalesce(r.running, 0)
      union all select r.name, 'task' from running_task r where r.name not in (select name from ${tasks})),
    held_schedule(seq) as materialized (
      select s.seq from (select schedule_seq, count(*) as running from ${jobs}
          where schedule_seq is not null and state <> 'finished' and state = 'running' group by schedule_seq) r
        cross join ${schedules} s on s.seq = r.schedule_seq where s.max_running <= r.running),
    held_key(name, key) as materialized (
      select r.task_name, r.concurrency_key from (
          select task_name, concurrency_key, count(*) as running from ${jobs}
          where concurrency_key is not null and state = 'running' group by task_name, concurrency_key) r
        cross join ${tasks} t on t.name = r.task_name
      where r.running >= case when t.key_fifo then 1 else t.key_max end),
    ordered_task(name) as materialized (
      select name from ${tasks} where key_max is not null and key_fifo),
    held_rate(name) as materialized (
      select r.task_name from clock cross join ${rates} r
        where not r.keyed and ${rateFreeOfTask(dialect, "clock.now")} <= 0)`;
}

/**
 * The expression for what people see of the job `j`: its state, or what holds it back where that is `blocked`. The rule
 * of `displayState` in the model.
 */
export function displayState(dialect: Dialect): string {
  const { jobs, rates } = dialect.tables;
  return `case when j.blocked_by is not null then j.blocked_by
    when j.state not in ('ready', 'blocked') then j.state
    when not exists (
        select 1 from known_task k where k.name = j.task_name and k.version >= j.task_version
          and (j.tags = '[]' or not exists (
            select 1 from json_each(case when json_valid(j.tags) then j.tags else '[]' end) d
            where d.value not in (select o.value from json_each(k.tags) o)))) then 'parked'
    when j.task_name in (select name from held_task)
      then (select held_by from held_task where name = j.task_name)
    when j.schedule_seq in (select seq from held_schedule) then 'schedule'
    when j.concurrency_key is not null and ((j.task_name, j.concurrency_key) in (select name, key from held_key)
      or (j.task_name in (select name from ordered_task) and exists (select 1 from ${jobs} u
        where u.task_name = j.task_name and u.concurrency_key = j.concurrency_key
          and u.concurrency_key is not null and u.state <> 'finished' and u.seq < j.seq))) then 'key'
    when j.task_name in (select name from held_rate) then 'rate'
    when j.rate_key is not null and exists (select 1 from clock cross join ${rates} r
        where r.task_name = j.task_name and r.keyed and ${
    rateFreeOfKey(dialect, "j", "r", "clock.now")
  } <= 0) then 'rate'
    else 'ready' end`;
}

/** A job's state, from the word that {@linkcode displayState} gives. */
export function stateOf(shown: JobState | BlockedBy): JobState {
  return (blockedByWords as readonly string[]).includes(shown) ? "blocked" : shown as JobState;
}

/**
 * The condition that keeps the jobs which people see in one of these states. Where these are states that few jobs are
 * in, they are found by their small indexes; otherwise the jobs are read in the order they are listed in.
 */
export function shownIn(dialect: Dialect, asked: readonly JobState[]): string {
  const { jobs } = dialect.tables;
  const isDerived = asked.some((state) => state === "ready" || state === "blocked" || state === "parked");
  const conditions = new Set<string>(isDerived ? ["state = 'ready'", isSetAside()] : []);
  for (const state of asked) conditions.add(state === "blocked" ? waitsForParents() : `state = '${state}'`);
  const few = !asked.includes("finished") && !asked.includes("scheduled");
  const stored = isDerived ? [...new Set([...asked, "ready", "blocked"])] : asked;
  const found = few
    ? `j.seq in (${
      [...conditions].map((condition) => `select seq from ${jobs} where ${condition}`).join(" union all ")
    })`
    : `j.state in ${sqlList(stored)}`;
  const words = asked.flatMap((state): readonly string[] => state === "blocked" ? blockedByWords : [state]);
  return isDerived ? `${found} and (${displayState(dialect)}) in ${sqlList(words)}` : found;
}

/** Words of a closed list as a list for SQL; in the text itself, so that the planner can match partial indexes. */
export function sqlList(words: readonly string[]): string {
  return `(${words.filter((word) => /^[A-Za-z]+$/.test(word)).map((word) => `'${word}'`).join(", ")})`;
}
