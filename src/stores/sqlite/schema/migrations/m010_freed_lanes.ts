import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** How many jobs of a lane a claim makes ready at the least. */
export const ALWAYS_READY = 32;

/**
 * What a claim must look at: keys and schedules of which a blocked job may have become free to run. A row stands for all
 * lanes of the jobs with that key, or of that schedule. Triggers write them, so that no way of ending, changing, adding
 * or removing a job, a schedule or a task forgets one.
 */
export const freedLanes: Migration = {
  version: 10,
  name: "lanes that may have been freed",
  minCompatibleVersion: 10,
  statements: ({ tables }) => [
    ...newTables(tables),
    ...jobIndexes(tables),
    ...jobTriggers(tables),
    ...limitTriggers(tables),
    `insert into ${tables.sweeps} select distinct task_name, '' from ${tables.jobs} where state = 'blocked'`,
  ],
};

/** In triggers a conflict is said by clauses of their own: `or ignore` would give way to what the outer statement says. */
function newTables({ freed, sweeps }: TableNames): readonly string[] {
  return [
    // A claim takes the lanes after `looked` up to `cursor`; null is the last one.
    `create table ${freed}(seq integer primary key, kind text not null, task_name text not null, ref any not null,
      looked text, cursor text default '', unique(kind, task_name, ref)) strict`,
    // A task whose limits were changed: all its lanes must be looked at, from the cursor on.
    `create table ${sweeps}(task_name text primary key, cursor text) strict, without rowid`,
    `create trigger ${sweeps}_over after update of cursor on ${sweeps} when new.cursor is null begin
      delete from ${sweeps} where task_name = new.task_name;
    end`,
  ];
}

function jobIndexes({ jobs: j }: TableNames): readonly string[] {
  return [
    `drop index ${j}_lane`,
    `create index ${j}_lane on ${j}(lane, state, rank, run_at, seq) where lane is not null and state <> 'finished'`,
    `create index ${j}_blocked_key on ${j}(task_name, concurrency_key, lane)
      where concurrency_key is not null and state = 'blocked'`,
    `create index ${j}_blocked_schedule on ${j}(schedule_seq, lane)
      where schedule_seq is not null and state = 'blocked'`,
  ];
}

function jobTriggers({ jobs: j, tasks, schedules, freed }: TableNames): readonly string[] {
  const mark = (row: string) => `
      insert into ${freed}(kind, task_name, ref)
        select 'key', ${row}.task_name, ${row}.concurrency_key where ${row}.concurrency_key is not null
        on conflict do nothing;
      insert into ${freed}(kind, task_name, ref)
        select 'schedule', '', ${row}.schedule_seq where ${row}.schedule_seq is not null
        on conflict do nothing;`;
  const inLane = (row: string) => `(${row}.concurrency_key is not null or ${row}.schedule_seq is not null)`;
  // A claim makes at least so many jobs of a lane ready: only where more may run, others must follow them at once.
  const many = (limit: string) => `coalesce((${limit}), ${ALWAYS_READY + 1}) > ${ALWAYS_READY}`;
  const columns =
    "state, priority, run_at, ageing, tags, task_version, task_name, schedule_seq, concurrency_key";
  return [
    `create trigger ${j}_arrived after insert on ${j} when new.state = 'blocked' begin ${mark("new")} end`,
    // What claims do themselves frees nothing: taking a job, and making one ready.
    `create trigger ${j}_freed after update of ${columns} on ${j}
      when ${inLane("old")} and not (old.state in ('ready', 'blocked') and new.state = 'running')
        and not (old.state = 'blocked' and new.state = 'ready') begin ${mark("old")} end`,
    `create trigger ${j}_taken after update of state on ${j}
      when ${inLane("old")} and new.state = 'running' begin
      insert into ${freed}(kind, task_name, ref)
        select 'key', new.task_name, new.concurrency_key where new.concurrency_key is not null
          and exists (select 1 from ${j} b where b.state = 'blocked' and b.task_name = new.task_name
            and b.concurrency_key = new.concurrency_key and b.concurrency_key is not null)
          and ${many(`select key_max from ${tasks} where name = new.task_name`)}
        on conflict do nothing;
      insert into ${freed}(kind, task_name, ref)
        select 'schedule', '', new.schedule_seq where new.schedule_seq is not null
          and exists (select 1 from ${j} b where b.state = 'blocked' and b.schedule_seq = new.schedule_seq
            and b.schedule_seq is not null)
          and ${many(`select max_running from ${schedules} where seq = new.schedule_seq`)}
        on conflict do nothing;
    end`,
    `create trigger ${j}_moved after update of concurrency_key, schedule_seq, task_name on ${j}
      when new.state = 'blocked' begin ${mark("new")} end`,
    `create trigger ${j}_removed after delete on ${j} when old.state <> 'finished' begin ${mark("old")} end`,
  ];
}

function limitTriggers({ tasks, schedules, sweeps, freed }: TableNames): readonly string[] {
  const sweep = (name: string) =>
    `insert into ${sweeps}(task_name, cursor) values (${name}, '') on conflict do update set cursor = '';`;
  const mark = "insert into " + freed +
    "(kind, task_name, ref) values ('schedule', '', old.seq) on conflict do nothing;";
  return [
    `create trigger ${tasks}_added after insert on ${tasks} begin ${sweep("new.name")} end`,
    `create trigger ${tasks}_limited after update of settings, overrides on ${tasks}
      when old.key_max is not new.key_max or old.key_fifo is not new.key_fifo begin ${sweep("new.name")} end`,
    `create trigger ${tasks}_removed after delete on ${tasks} begin ${sweep("old.name")} end`,
    `create trigger ${schedules}_limited after update of max_running on ${schedules}
      when old.max_running is not new.max_running begin ${mark} end`,
    `create trigger ${schedules}_removed after delete on ${schedules} begin ${mark} end`,
  ];
}
