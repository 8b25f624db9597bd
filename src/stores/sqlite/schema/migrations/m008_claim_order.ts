import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** Ageing of jobs, keys of rates, and the versions of tasks that schedulers have. */
export const claimOrder: Migration = {
  version: 8,
  name: "versions, ageing and rates in the order of jobs",
  minCompatibleVersion: 8,
  statements: ({ tables }) => [
    ...schedulerColumns(tables),
    ...withoutOldLanes(tables),
    ...jobColumns(tables),
    ...jobIndexes(tables),
  ],
};

function schedulerColumns({ schedulers }: TableNames): readonly string[] {
  return [
    `alter table ${schedulers} rename column task_names to tasks`,
    `update ${schedulers} set tasks = (select json_group_array(json_array(e.value, 1)) from json_each(tasks) e)
      where json_valid(tasks)`,
  ];
}

function withoutOldLanes({ jobs: j }: TableNames): readonly string[] {
  return [
    `drop index ${j}_ready`,
    `drop index ${j}_blocked`,
    `drop index ${j}_lane`,
    `drop index ${j}_unfinished`,
    `alter table ${j} drop column lane`,
  ];
}

/**
 * The ready jobs of one task and one `queue` can be run by the same schedulers, and their order never changes: that is
 * their `rank`. The jobs of one `lane` wait for the same things besides: a schedule, a key, a rate. A job that waits for
 * its task alone is in no lane. What is in a lane's name of unknown length tells how long it is, but for the last.
 */
function jobColumns({ jobs }: TableNames): readonly string[] {
  const sized = (column: string) => `coalesce(length(${column}) || ' ' || ${column}, '')`;
  return [
    `alter table ${jobs} add column ageing integer`,
    `alter table ${jobs} add column rate_key text`,
    `alter table ${jobs} add column queue text generated always as (
      task_version || ' ' || coalesce(ageing, '') || ' ' || tags) virtual`,
    `alter table ${jobs} add column rank integer generated always as (
      case when ageing is null then -priority else run_at - priority * ageing end) virtual`,
    `alter table ${jobs} add column lane text generated always as (
      case when schedule_seq is null and concurrency_key is null and rate_key is null then null
        else coalesce(schedule_seq, '') || ' ' || queue || ' ' || ${sized("task_name")} || ' '
          || ${sized("concurrency_key")} || ' ' || coalesce(rate_key, '') end) virtual`,
  ];
}

function jobIndexes({ jobs: j }: TableNames): readonly string[] {
  return [
    `create index ${j}_ready on ${j}(task_name, queue, rank, run_at, seq) where state = 'ready'`,
    `create index ${j}_blocked on ${j}(task_name, lane) where state = 'blocked'`,
    `create index ${j}_lane on ${j}(task_name, lane, state, rank, run_at, seq)
      where lane is not null and state <> 'finished'`,
    `create index ${j}_unfinished on ${j}(schedule_seq, state)
      where schedule_seq is not null and state <> 'finished'`,
  ];
}
