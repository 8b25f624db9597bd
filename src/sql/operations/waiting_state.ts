import type { Dialect } from "../dialect.ts";

/**
 * How a job that may run now is stored: `ready`, or `blocked` where its schedule limits how many run at once. A
 * claim makes the first ones of each such schedule ready as far as there are slots, so that the ready jobs a claim
 * reads are jobs it can take, however many wait behind them. `scheduleSeq` is the expression for its schedule.
 */
export function waitingState({ tables }: Dialect, scheduleSeq: string): string {
  return `case when (select max_running from ${tables.schedules} where seq = ${scheduleSeq}) is null
    then 'ready' else 'blocked' end`;
}
