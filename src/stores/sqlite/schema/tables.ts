import { jobColumns } from "../rows/job_columns.ts";
import { scheduleColumns } from "../rows/schedule_row.ts";
import { schedulerColumns } from "../rows/scheduler_row.ts";
import type { Dialect, TableNames } from "./dialect.ts";

/** The statements that create the tables with their indexes, and the rows that are there from the beginning. */
export function tableStatements({ tables }: Dialect): readonly string[] {
  return [
    ...storeTables(tables),
    ...taskTables(tables),
    schedulerTable(tables),
    ...scheduleTable(tables),
    jobTable(tables),
    ...jobIndexes(tables),
    ...jobHistoryTables(tables),
    ...laneTables(tables),
    ...rateTables(tables),
  ];
}

/** Tables about the store as a whole. */
function storeTables(t: TableNames): readonly string[] {
  return [
    `create table ${t.facts}(key text primary key, value text not null) strict, without rowid`,
    // A name that no other database has: a caller's transaction shows by it that it is one of this database.
    `insert into ${t.facts}(key, value) values ('databaseId', lower(hex(randomblob(16)))) on conflict do nothing`,
    // A removed calendar keeps its row without a definition, so that its versions keep growing.
    `create table ${t.calendars}(
      name text primary key, definition text, version integer not null) strict, without rowid`,
    // The last row is never deleted, so that numbers are never given twice.
    `create table ${t.changes}(
      seq integer primary key, at integer not null, type text not null, subject text not null, task_name text,
      schedule_id text, fire_time integer, attempt integer, outcome text, duration integer, lateness integer,
      next_fire integer, error text) strict`,
    // Processes that wait for changes, and the ports that they listen on.
    `create table ${t.listeners}(
      place text not null, port integer not null, listens_until integer not null,
      primary key(place, port)) strict, without rowid`,
    // Rows that a step has picked by the clock, for its later statements to agree on; empty between steps.
    `create table ${t.picked}(seq integer primary key) strict`,
    // The jobs that stand for jobs which the same call did not add; empty between steps.
    `create table ${t.answered}(id text primary key, seq integer not null) strict, without rowid`,
  ];
}

function taskTables({ tasks }: TableNames): readonly string[] {
  // The first level that has the group of settings decides, as everywhere; what is not JSON sets nothing.
  const setting = (group: string, path: string) =>
    `case when json_valid(overrides) and json_type(overrides, '$.${group}') is not null
        then overrides ->> '$.${group}.${path}'
      when json_valid(settings) then settings ->> '$.${group}.${path}' end`;
  return [
    // Limits are read off the settings, so that they can never differ from them.
    `create table ${tasks}(
      name text primary key, description text, version integer not null, settings text not null,
      metadata text not null, overrides text not null, paused integer not null, changed_at integer,
      code_limit integer, has_own_limit integer not null, own_limit integer,
      max_running integer generated always as (case has_own_limit when 1 then own_limit else code_limit end) stored,
      key_max integer generated always as (${setting("concurrency", "max")}) virtual,
      key_fifo integer generated always as (${setting("concurrency", "fifo")}) virtual,
      keep_success integer generated always as (${setting("retention", "maxSuccess")}) virtual,
      keep_other integer generated always as (${setting("retention", "maxOther")}) virtual
    ) strict, without rowid`,
    // Asked for every job that ends: reading it off the settings would cost more than ending the job.
    `create index ${tasks}_counting on ${tasks}(name) where ${isCounting}`,
  ];
}

/** The condition that a task keeps only a number of finished jobs, as its index states it. */
export const isCounting = "(keep_success is not null or keep_other is not null)";

function schedulerTable({ schedulers }: TableNames): string {
  const columns = schedulerColumns.definitions(1, { incarnation: "primary key autoincrement" });
  return `create table ${schedulers}(${columns.join(", ")}) strict`;
}

function scheduleTable({ schedules: s }: TableNames): readonly string[] {
  const columns = scheduleColumns.definitions(1, {
    seq: "primary key autoincrement",
    id: "unique",
    failed_runs: "default 0",
  });
  return [
    `create table ${s}(${columns.join(", ")}, max_running integer) strict`,
    `create index ${s}_due on ${s}(next_fire)
      where paused = 0 and status = 'active' and next_fire is not null`,
    `create index ${s}_planning on ${s}(next_fire)
      where paused = 0 and status = 'active' and needs_planning = 1`,
    `create index ${s}_advanced on ${s}(advanced_at) where paused = 0 and status <> 'failed'`,
    `create index ${s}_task on ${s}(task_name)`,
    `create index ${s}_group on ${s}(group_name) where group_name is not null`,
    `create index ${s}_leaving on ${s}(seq) where generated_id = 1 and status = 'finished'`,
  ];
}

/**
 * The ready jobs of one task and one `queue` can be run by the same schedulers, and their order never changes: that is
 * their `rank`. The jobs of one `lane` wait for the same things besides: a schedule, a key, a rate. A job that waits for
 * its task alone, or for its parents, is in no lane. Parts of a lane's name of unknown length, but for the last, begin with their length.
 */
function jobTable({ jobs }: TableNames): string {
  const sized = (column: string) => `coalesce(length(${column}) || ' ' || ${column}, '')`;
  const columns = jobColumns.definitions(1, {
    seq: "primary key autoincrement",
    id: "unique",
    tags: "default '[]'",
  });
  return `create table ${jobs}(${columns.join(", ")},
    queue text generated always as (task_version || ' ' || coalesce(ageing, '') || ' ' || tags) virtual,
    rank integer generated always as (
      case when ageing is null then -priority else run_at - priority * ageing end) virtual,
    lane text generated always as (
      case when blocked_by is not null or (schedule_seq is null and concurrency_key is null and rate_key is null)
          then null
        else coalesce(schedule_seq, '') || ' ' || queue || ' ' || ${sized("task_name")} || ' '
          || ${sized("concurrency_key")} || ' ' || coalesce(rate_key, '') end) virtual
    ) strict`;
}

/**
 * The condition that a job is blocked by a limit of its lane, as the indexes state it; `alias` is that of its row. What
 * blocks it is not stored, because limits change.
 */
export function isSetAside(alias?: string): string {
  const job = alias === undefined ? "" : `${alias}.`;
  return `${job}state = 'blocked' and ${job}blocked_by is null`;
}

/** The condition that a job is blocked by its parents, as the index states it. */
export function waitsForParents(alias?: string): string {
  return `${alias === undefined ? "" : `${alias}.`}blocked_by = 'parents'`;
}

/** Every state has its own small indexes, so that no statement reads past jobs that it is not about. */
function jobIndexes({ jobs: j }: TableNames): readonly string[] {
  return [
    `create index ${j}_ready on ${j}(task_name, queue, rank, run_at, seq) where state = 'ready'`,
    `create index ${j}_scheduled on ${j}(run_at) where state = 'scheduled'`,
    `create index ${j}_scheduled_task on ${j}(task_name, run_at) where state = 'scheduled'`,
    `create index ${j}_deadline on ${j}(start_deadline)
      where attempt = 0 and start_deadline is not null and state <> 'finished'`,
    `create index ${j}_running on ${j}(owner) where state = 'running'`,
    `create index ${j}_running_task on ${j}(task_name) where state = 'running'`,
    `create index ${j}_running_key on ${j}(task_name, concurrency_key)
      where concurrency_key is not null and state = 'running'`,
    `create index ${j}_parked on ${j}(task_name) where state = 'parked'`,
    `create index ${j}_with_parents on ${j}(task_name) where ${waitsForParents()}`,
    `create index ${j}_blocked on ${j}(task_name, lane) where ${isSetAside()}`,
    `create index ${j}_blocked_key on ${j}(task_name, concurrency_key, lane)
      where concurrency_key is not null and ${isSetAside()}`,
    `create index ${j}_blocked_schedule on ${j}(schedule_seq, lane)
      where schedule_seq is not null and ${isSetAside()}`,
    `create index ${j}_blocked_rate on ${j}(task_name, rate_key, lane)
      where rate_key is not null and ${isSetAside()}`,
    `create index ${j}_lane on ${j}(lane, state, rank, run_at, seq) where lane is not null and state <> 'finished'`,
    `create index ${j}_key on ${j}(task_name, concurrency_key, seq)
      where concurrency_key is not null and state <> 'finished'`,
    `create index ${j}_unfinished on ${j}(schedule_seq, state)
      where schedule_seq is not null and state <> 'finished'`,
    `create index ${j}_schedule on ${j}(schedule_id) where schedule_id is not null`,
    `create index ${j}_fires on ${j}(schedule_seq, fire_time) where fire_time is not null`,
    `create index ${j}_identity on ${j}(task_name, identity_key, seq) where identity_key is not null`,
    `create index ${j}_added_by on ${j}(added_by, seq) where added_by is not null`,
    `create index ${j}_batch on ${j}(batch_id, seq) where batch_id is not null`,
    `create index ${j}_expiry on ${j}(expires_at) where state = 'finished'`,
    // The finished jobs that people ask for most. Jobs that succeed are never in it, and cost nothing more; outcome and
    // task are there to pass over what is not asked for without reading its row.
    `create index ${j}_unsuccessful on ${j}(seq, outcome, task_name) where outcome <> 'success'`,
  ];
}

/** Tables of rows that belong to jobs. */
function jobHistoryTables(t: TableNames): readonly string[] {
  return [
    `create table ${t.parents}(
      child_seq integer not null, place integer not null, parent_seq integer not null,
      primary key(child_seq, place)) strict, without rowid`,
    `create index ${t.parents}_children on ${t.parents}(parent_seq, child_seq)`,
    `create table ${t.attempts}(
      job_seq integer not null, claim_number integer not null, attempt integer not null, owner integer,
      started_at integer not null, finished_at integer not null, outcome text not null, error text,
      primary key(job_seq, claim_number)) strict, without rowid`,
    `create table ${t.logs}(
      job_seq integer not null, ordinal integer not null, claim_number integer not null, part text not null,
      line integer not null, at integer not null, level text not null, message text not null, fields text,
      bytes integer not null, primary key(job_seq, ordinal)) strict, without rowid`,
    // The names of schedulers, also of those that are gone.
    `create table ${t.names}(incarnation integer primary key, name text not null) strict`,
    // Finished jobs of tasks that keep only a number of them, in the order in which they finished.
    `create table ${t.counted}(
      task_name text not null, succeeded integer not null, finished_at integer not null, job_seq integer not null,
      primary key(task_name, succeeded, finished_at, job_seq)) strict, without rowid`,
  ];
}

/**
 * The places that a claim must look at: keys, schedules and rates of which a blocked job may have become free to run. A
 * row stands for all lanes of the jobs with that key, or of that schedule.
 */
function laneTables({ freed, sweeps }: TableNames): readonly string[] {
  return [
    // A claim takes the lanes after `looked` up to `cursor`; null is the last one.
    `create table ${freed}(seq integer primary key, kind text not null, task_name text not null, ref any not null,
      looked text, cursor text default '', unique(kind, task_name, ref)) strict`,
    // A task whose limits were changed: all its lanes must be looked at, from the cursor on.
    `create table ${sweeps}(task_name text primary key, cursor text) strict, without rowid`,
  ];
}

/**
 * Limits of how many jobs of a task, or of a task with one key, start in any window of a length. The starts are apart
 * from the jobs, so that retention and retries do not change them.
 */
function rateTables({ rates, starts, waits }: TableNames): readonly string[] {
  return [
    // The tasks that have a limit, as their settings say: most claims find it empty.
    `create table ${rates}(task_name text primary key, max integer not null, per integer not null,
      keyed integer not null) strict, without rowid`,
    // Numbered one by one, so that counting takes two look-ups. The key is empty where all jobs of a task count together.
    `create table ${starts}(task_name text not null, rate_key text not null, at integer not null,
      ordinal integer not null, primary key(task_name, rate_key, at, ordinal)) strict, without rowid`,
    `create index ${starts}_age on ${starts}(task_name, at)`,
    `create index ${starts}_ahead on ${starts}(at)`,
    // Keys whose blocked jobs must be looked at once a start has left the window.
    `create table ${waits}(task_name text not null, rate_key text not null, at integer not null,
      primary key(task_name, rate_key)) strict, without rowid`,
    `create index ${waits}_due on ${waits}(at)`,
    `create index ${waits}_task on ${waits}(task_name, at)`,
  ];
}
