import type { Dialect } from "../schema/dialect.ts";

/**
 * How a job that may run now is stored: `ready`, or `blocked` where its schedule or one of its keys limits how many run
 * or start. A claim makes the first ones of each such lane ready as far as there are slots, so that the ready jobs a
 * claim reads are jobs it can take, however many wait behind them. `job` is what the job's row is called.
 */
export function waitingState({ tables }: Dialect, job: string): string {
  return `case when (select max_running from ${tables.schedules} where seq = ${job}.schedule_seq) is null
      and (${job}.concurrency_key is null
        or (select key_max from ${tables.tasks} where name = ${job}.task_name) is null)
      and (${job}.rate_key is null or not exists (
        select 1 from ${tables.rates} where task_name = ${job}.task_name and keyed))
    then 'ready' else 'blocked' end`;
}
