import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** Tasks, schedules, jobs, schedulers, calendars and facts. */
export const firstTables: Migration = {
  version: 1,
  name: "first tables",
  minCompatibleVersion: 1,
  statements: ({ tables }) => [
    ...smallTables(tables),
    schedulesTable(tables),
    ...scheduleIndexes(tables),
    jobsTable(tables),
    ...jobIndexes(tables),
  ],
};

function smallTables(t: TableNames): readonly string[] {
  return [
    // Rows that a step has picked by the clock, for its later statements to agree on; empty between steps.
    `create table ${t.picked}(seq integer primary key) strict`,
    `create table ${t.facts}(key text primary key, value text not null) strict, without rowid`,
    // A removed calendar keeps its row without a definition, so that its versions go on growing.
    `create table ${t.calendars}(
      name text primary key, definition text, version integer not null) strict, without rowid`,
    `create table ${t.tasks}(
      name text primary key, description text, version integer not null, settings text not null,
      metadata text not null, overrides text not null, paused integer not null,
      code_limit integer, has_own_limit integer not null, own_limit integer,
      max_running integer generated always as (case has_own_limit when 1 then own_limit else code_limit end) stored
    ) strict, without rowid`,
    `create table ${t.schedulers}(
      incarnation integer primary key autoincrement, name text not null, role text not null,
      task_names text not null, tags text not null, process text not null, lease_ms integer not null,
      started_at integer not null, lease_until integer not null) strict`,
  ];
}

function schedulesTable(t: TableNames): string {
  return `create table ${t.schedules}(
    seq integer primary key autoincrement, id text not null unique, version integer not null,
    task_name text not null, paused integer not null, status text not null, next_fire integer, last_fire integer,
    last_finished integer, needs_planning integer not null, follows_finish integer not null, max_running integer,
    generated_id integer not null, anchor integer not null, created_at integer not null, updated_at integer not null,
    group_name text, description text, error text, counters text not null, policies text not null,
    trigger text not null, metadata text not null, input text) strict`;
}

function scheduleIndexes(t: TableNames): readonly string[] {
  const s = t.schedules;
  return [
    `create index ${s}_due on ${s}(next_fire)
      where paused = 0 and status = 'active' and next_fire is not null`,
    `create index ${s}_planning on ${s}(next_fire)
      where paused = 0 and status = 'active' and needs_planning = 1`,
    `create index ${s}_task on ${s}(task_name)`,
    `create index ${s}_group on ${s}(group_name) where group_name is not null`,
    `create index ${s}_leaving on ${s}(seq) where generated_id = 1 and status = 'finished'`,
  ];
}

function jobsTable(t: TableNames): string {
  return `create table ${t.jobs}(
    seq integer primary key autoincrement, id text not null unique, state text not null, task_name text not null,
    task_version integer not null, schedule_seq integer, schedule_id text, fire_time integer,
    priority integer not null, run_at integer not null, start_deadline integer, attempt integer not null,
    claim_number integer not null, owner integer, lost_leases integer not null, created_at integer not null,
    started_at integer, finished_at integer, expires_at integer, outcome text, cancel_requested text,
    parked_reason text, progress text, overrides text not null, metadata text not null, error text,
    input text, value text) strict`;
}

/** Every state has its own small index, so that no statement reads past jobs it is not about. */
function jobIndexes(t: TableNames): readonly string[] {
  const j = t.jobs;
  return [
    `create index ${j}_ready on ${j}(task_name, priority desc, run_at, seq) where state = 'ready'`,
    `create index ${j}_scheduled on ${j}(run_at) where state = 'scheduled'`,
    `create index ${j}_scheduled_task on ${j}(task_name, run_at) where state = 'scheduled'`,
    `create index ${j}_blocked on ${j}(schedule_seq) where state = 'blocked'`,
    `create index ${j}_deadline on ${j}(start_deadline)
      where attempt = 0 and start_deadline is not null and state <> 'finished'`,
    `create index ${j}_running on ${j}(owner) where state = 'running'`,
    `create index ${j}_running_task on ${j}(task_name) where state = 'running'`,
    `create index ${j}_parked on ${j}(task_name) where state = 'parked'`,
    `create index ${j}_unfinished on ${j}(schedule_seq, state, priority desc, run_at, seq)
      where schedule_seq is not null and state <> 'finished'`,
    `create index ${j}_schedule on ${j}(schedule_id) where schedule_id is not null`,
    `create index ${j}_fires on ${j}(schedule_seq, fire_time) where fire_time is not null`,
    `create index ${j}_expiry on ${j}(expires_at) where state = 'finished'`,
  ];
}
