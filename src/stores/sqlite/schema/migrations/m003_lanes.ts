import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** Tags that jobs demand, and keys that they share slots by. */
export const lanes: Migration = {
  version: 3,
  name: "tags and concurrency keys",
  minCompatibleVersion: 3,
  statements: ({ tables }) => [...taskColumns(tables), ...jobColumns(tables), ...jobIndexes(tables)],
};

/** What limits the jobs with the same key is read off the settings, so that it can never differ from them. */
function taskColumns({ tasks }: TableNames): readonly string[] {
  const setting = (path: string) =>
    `case when json_valid(overrides) and json_type(overrides, '$.concurrency') is not null
        then overrides ->> '$.concurrency.${path}'
      when json_valid(settings) then settings ->> '$.concurrency.${path}' end`;
  return [
    `alter table ${tasks} add column key_max integer generated always as (${setting("max")}) virtual`,
    `alter table ${tasks} add column key_fifo integer generated always as (${setting("fifo")}) virtual`,
  ];
}

/**
 * The jobs of one task and one lane wait for the same things: tags, schedule and key. A job that has neither schedule
 * nor key waits for its task alone, and is in no lane.
 */
function jobColumns({ jobs }: TableNames): readonly string[] {
  return [
    `alter table ${jobs} add column tags text not null default '[]'`,
    `alter table ${jobs} add column concurrency_key text`,
    `alter table ${jobs} add column lane text generated always as (
      case when schedule_seq is null and concurrency_key is null then null
        else tags || ' ' || coalesce(schedule_seq, '') || ' ' || coalesce(concurrency_key, '') end) virtual`,
  ];
}

function jobIndexes({ jobs: j }: TableNames): readonly string[] {
  return [
    `drop index ${j}_ready`,
    `create index ${j}_ready on ${j}(task_name, tags, priority desc, run_at, seq) where state = 'ready'`,
    `drop index ${j}_blocked`,
    `create index ${j}_blocked on ${j}(task_name, lane) where state = 'blocked'`,
    `create index ${j}_lane on ${j}(task_name, lane, state, priority desc, run_at, seq)
      where lane is not null and state <> 'finished'`,
    `create index ${j}_key on ${j}(task_name, concurrency_key, seq)
      where concurrency_key is not null and state <> 'finished'`,
    `create index ${j}_running_key on ${j}(task_name, concurrency_key)
      where concurrency_key is not null and state = 'running'`,
  ];
}
