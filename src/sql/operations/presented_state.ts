import { type JobState, jobStates } from "../../model/states.ts";
import type { Dialect } from "../dialect.ts";

/** The tables that {@linkcode presentedState} asks; `now` is the argument that holds the time. */
export function surroundings(dialect: Dialect, now: string): string {
  const { schedulers, tasks, schedules, jobs } = dialect.tables;
  return `clock(now) as materialized (select ${dialect.now(now)}),
    known_task(name) as materialized (
      select distinct e.value from clock cross join ${schedulers} l
        cross join json_each(case when json_valid(l.task_names) then l.task_names else '[]' end) e
      where l.lease_until >= clock.now),
    running_task(name, running) as materialized (
      select task_name, count(*) from ${jobs} where state = 'running' group by task_name),
    held_task(name) as materialized (
      select t.name from ${tasks} t left join running_task r on r.name = t.name
        where t.paused = 1 or t.max_running <= coalesce(r.running, 0)
      union select r.name from running_task r where r.name not in (select name from ${tasks})),
    held_schedule(seq) as materialized (
      select s.seq from (select schedule_seq, count(*) as running from ${jobs}
          where schedule_seq is not null and state <> 'finished' and state = 'running' group by schedule_seq) r
        cross join ${schedules} s on s.seq = r.schedule_seq where s.max_running <= r.running)`;
}

/** The expression for the state people see of the job `j`: the rule of `presentedState` in the model. */
export const presentedState = `case when j.state not in ('ready', 'blocked') then j.state
    when j.task_name not in (select name from known_task) then 'parked'
    when j.task_name in (select name from held_task) or j.schedule_seq in (select seq from held_schedule)
      then 'blocked'
    else 'ready' end`;

/**
 * The condition that keeps the jobs which people see in one of these states. Where these are states that few jobs are
 * in, they are found by their small indexes; otherwise the jobs are read in the order they are listed in.
 */
export function presentedIn({ tables: { jobs } }: Dialect, asked: readonly JobState[]): string {
  const states = jobStates.filter((state) => asked.includes(state));
  const derived = states.some((state) => state === "ready" || state === "blocked" || state === "parked");
  const stored = [...new Set<JobState>(derived ? [...states, "ready", "blocked"] : states)];
  const few = !stored.includes("finished") && !stored.includes("scheduled");
  const found = few
    ? `j.seq in (${
      stored.map((state) => `select seq from ${jobs} where state = '${state}'`).join(" union all ")
    })`
    : `j.state in ${sqlList(stored)}`;
  return derived ? `${found} and (${presentedState}) in ${sqlList(states)}` : found;
}

/** Words of a closed list as a list for SQL; in the text itself, so that the planner can match partial indexes. */
export function sqlList(words: readonly string[]): string {
  return `(${words.filter((word) => /^[A-Za-z]+$/.test(word)).map((word) => `'${word}'`).join(", ")})`;
}
