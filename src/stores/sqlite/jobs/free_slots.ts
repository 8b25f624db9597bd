import type { Dialect } from "../schema/dialect.ts";

/** How many more jobs of the job's schedule may run: null where nothing limits it. */
export function scheduleFree({ tables }: Dialect, job: string): string {
  return `(select s.max_running - (select count(*) from ${tables.jobs} r
      where r.schedule_seq = s.seq and r.schedule_seq is not null and r.state <> 'finished' and r.state = 'running')
    from ${tables.schedules} s where s.seq = ${job}.schedule_seq)`;
}

/**
 * How many more jobs with the job's key may run, asked for this job: null where nothing limits it. `task` has the
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

/** How many jobs with the job's key run. */
export function runningWithKey({ tables }: Dialect, job: string): string {
  return `(select count(*) from ${tables.jobs} r where r.task_name = ${job}.task_name
      and r.concurrency_key = ${job}.concurrency_key and r.concurrency_key is not null and r.state = 'running')`;
}
