import { failures } from "../../../model/states.ts";
import type { Dialect, TableNames } from "./dialect.ts";
import { isCounting, isSetAside } from "./tables.ts";

/** Number of jobs of a lane that a claim makes ready at the least. */
const ALWAYS_READY = 32;

/**
 * The statements that create the triggers: what follows from a write, whichever statement makes it, so that no way of
 * ending, changing, adding or removing a job, a schedule or a task forgets it.
 *
 * Within triggers, conflicts are handled by clauses of their own: the outer statement would override `or ignore`.
 */
export function triggerStatements({ tables }: Dialect): readonly string[] {
  return [
    ...deletedJobTriggers(tables),
    failedRunTrigger(tables),
    ...laneTriggers(tables),
    ...limitTriggers(tables),
    ...countedJobTriggers(tables),
    ...changeTriggers(tables),
    ...rateTriggers(tables),
    startTrigger(tables),
    ...rateLaneTriggers(tables),
  ];
}

/** The rows that belong to a job go with it. A parent that is gone leaves its rows to its children. */
function deletedJobTriggers({ jobs, attempts, logs, parents }: TableNames): readonly string[] {
  return [
    `create trigger ${jobs}_forgotten after delete on ${jobs} begin
      delete from ${attempts} where job_seq = old.seq;
      delete from ${logs} where job_seq = old.seq;
    end`,
    `create trigger ${jobs}_orphaned after delete on ${jobs} when old.on_parent_failure is not null begin
      delete from ${parents} where child_seq = old.seq;
    end`,
  ];
}

function failedRunTrigger({ jobs, schedules }: TableNames): string {
  return `create trigger ${jobs}_failed after update of outcome on ${jobs}
      when new.schedule_seq is not null and new.outcome in (${failures.map((word) => `'${word}'`).join(", ")})
        and old.state <> 'finished' begin
      update ${schedules} set failed_runs = failed_runs + 1 where seq = new.schedule_seq;
    end`;
}

/** The columns of a job that decide where it waits. */
const placeColumns =
  "state, priority, run_at, ageing, tags, task_version, task_name, schedule_seq, concurrency_key";

/** The condition that a job was changed by a claim itself, which frees nothing: taken, or made ready. */
const changedByClaim = `((old.state in ('ready', 'blocked') and new.state = 'running')
        or (${isSetAside("old")} and new.state = 'ready'))`;

/** Notes in `freed` the keys and schedules of jobs that came, went, or gave their slots back. */
function laneTriggers({ jobs: j, tasks, schedules, freed }: TableNames): readonly string[] {
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
  return [
    `create trigger ${j}_arrived after insert on ${j} when ${isSetAside("new")} begin ${mark("new")} end`,
    `create trigger ${j}_freed after update of ${placeColumns} on ${j}
      when ${inLane("old")} and not ${changedByClaim} begin ${mark("old")} end`,
    `create trigger ${j}_taken after update of state on ${j}
      when ${inLane("old")} and new.state = 'running' begin
      insert into ${freed}(kind, task_name, ref)
        select 'key', new.task_name, new.concurrency_key where new.concurrency_key is not null
          and exists (select 1 from ${j} b where ${isSetAside("b")} and b.task_name = new.task_name
            and b.concurrency_key = new.concurrency_key and b.concurrency_key is not null)
          and ${many(`select key_max from ${tasks} where name = new.task_name`)}
        on conflict do nothing;
      insert into ${freed}(kind, task_name, ref)
        select 'schedule', '', new.schedule_seq where new.schedule_seq is not null
          and exists (select 1 from ${j} b where ${isSetAside("b")} and b.schedule_seq = new.schedule_seq
            and b.schedule_seq is not null)
          and ${many(`select max_running from ${schedules} where seq = new.schedule_seq`)}
        on conflict do nothing;
    end`,
    `create trigger ${j}_moved after update of concurrency_key, schedule_seq, task_name on ${j}
      when ${isSetAside("new")} begin ${mark("new")} end`,
    `create trigger ${j}_removed after delete on ${j} when old.state <> 'finished' begin ${mark("old")} end`,
  ];
}

/** Notes the tasks and schedules whose limits were changed. */
function limitTriggers({ tasks, schedules, sweeps, freed }: TableNames): readonly string[] {
  const sweep = (name: string) =>
    `insert into ${sweeps}(task_name, cursor) values (${name}, '') on conflict do update set cursor = '';`;
  const mark =
    `insert into ${freed}(kind, task_name, ref) values ('schedule', '', old.seq) on conflict do nothing;`;
  return [
    `create trigger ${sweeps}_over after update of cursor on ${sweeps} when new.cursor is null begin
      delete from ${sweeps} where task_name = new.task_name;
    end`,
    `create trigger ${tasks}_added after insert on ${tasks} begin ${sweep("new.name")} end`,
    `create trigger ${tasks}_limited after update of settings, overrides on ${tasks}
      when old.key_max is not new.key_max or old.key_fifo is not new.key_fifo begin ${sweep("new.name")} end`,
    `create trigger ${tasks}_removed after delete on ${tasks} begin ${sweep("old.name")} end`,
    `create trigger ${schedules}_limited after update of max_running on ${schedules}
      when old.max_running is not new.max_running begin ${mark} end`,
    `create trigger ${schedules}_removed after delete on ${schedules} begin ${mark} end`,
  ];
}

/** Keeps `counted`: the finished jobs of tasks that keep only a number of them. */
function countedJobTriggers({ jobs, tasks, counted }: TableNames): readonly string[] {
  const uncount = `delete from ${counted} where task_name = old.task_name
      and succeeded = (old.outcome = 'success') and finished_at = old.finished_at and job_seq = old.seq;`;
  return [
    `create trigger ${jobs}_counted after update of outcome on ${jobs}
      when old.outcome is null and new.outcome is not null and exists (
        select 1 from ${tasks} indexed by ${tasks}_counting where name = new.task_name and ${isCounting}) begin
      insert into ${counted} select new.task_name, new.outcome = 'success', new.finished_at, new.seq from ${tasks}
        where name = new.task_name
          and case new.outcome when 'success' then keep_success else keep_other end is not null;
    end`,
    `create trigger ${jobs}_uncounted after update of outcome on ${jobs}
      when old.outcome is not null and new.outcome is null begin ${uncount} end`,
    `create trigger ${jobs}_deleted after delete on ${jobs} when old.outcome is not null begin ${uncount} end`,
  ];
}

/** Writes the feed of changes. */
function changeTriggers(tables: TableNames): readonly string[] {
  return [jobChangeTrigger(tables), ...scheduleChangeTriggers(tables), ...taskChangeTriggers(tables)];
}

function jobChangeTrigger({ jobs, changes }: TableNames): string {
  return `create trigger ${changes}_job_finished after update of outcome on ${jobs}
    when new.outcome is not null and old.outcome is null begin
    insert into ${changes}(at, type, subject, task_name, schedule_id, fire_time, attempt, outcome, duration, lateness,
      error)
    values (new.finished_at, 'jobFinished', new.id, new.task_name, new.schedule_id, new.fire_time, new.attempt,
      new.outcome, case old.state when 'running' then max(0, new.finished_at - old.started_at) end,
      case when new.started_at is not null then max(0, new.started_at - new.run_at) end, new.error);
  end`;
}

function scheduleChangeTriggers({ schedules, changes }: TableNames): readonly string[] {
  const row = (type: string, side: "old" | "new") =>
    `insert into ${changes}(at, type, subject, task_name, next_fire, error)
        select ${side}.updated_at, ${type}, ${side}.id, ${side}.task_name, ${side}.next_fire, ${side}.error`;
  const defined = [
    "task_name",
    "trigger",
    "policies",
    "input",
    "metadata",
    "description",
    "group_name",
    "anchor",
  ];
  const differs = defined.map((column) => `new.${column} is not old.${column}`).join(" or ");
  return [
    `create trigger ${changes}_schedule_added after insert on ${schedules} begin
      ${row("'scheduleAdded'", "new")};
    end`,
    `create trigger ${changes}_schedule_changed after update of ${[...defined, "paused", "status"]}
      on ${schedules} begin
      ${row("case when new.paused then 'schedulePaused' else 'scheduleResumed' end", "new")}
        where new.paused <> old.paused;
      ${row("'scheduleUpdated'", "new")} where new.paused = old.paused and (${differs});
      ${row("case new.status when 'failed' then 'scheduleFailed' else 'scheduleFinished' end", "new")}
        where new.status <> old.status and new.status <> 'active';
    end`,
    `create trigger ${changes}_schedule_removed after delete on ${schedules} begin
      ${row("'scheduleRemoved'", "old")};
    end`,
  ];
}

function taskChangeTriggers({ tasks, changes }: TableNames): readonly string[] {
  const row = (type: string, side: "old" | "new") =>
    `insert into ${changes}(at, type, subject, task_name)
      select coalesce(${side}.changed_at, 0), ${type}, ${side}.name, ${side}.name`;
  const defined = ["description", "version", "settings", "metadata", "overrides"];
  const differs = defined.map((column) => `new.${column} is not old.${column}`).join(" or ");
  return [
    `create trigger ${changes}_task_added after insert on ${tasks} begin ${row("'taskAdded'", "new")}; end`,
    `create trigger ${changes}_task_changed after update of ${[...defined, "paused"]} on ${tasks} begin
      ${row("case when new.paused then 'taskPaused' else 'taskResumed' end", "new")}
        where new.paused <> old.paused;
      ${row("'taskUpdated'", "new")} where ${differs};
    end`,
    `create trigger ${changes}_task_removed after delete on ${tasks} begin
      ${row("'taskRemoved'", "old")};
    end`,
  ];
}

/** Reads the limit of a task off its settings whenever they are written, so that it can never differ from them. */
function rateTriggers({ tasks, rates, starts, waits, sweeps, freed }: TableNames): readonly string[] {
  const setting = (path: string) =>
    `case when json_valid(new.overrides) and json_type(new.overrides, '$.rateLimit') is not null
        then new.overrides ->> '$.rateLimit.${path}'
      when json_valid(new.settings) then new.settings ->> '$.rateLimit.${path}' end`;
  const keyed = `case when json_valid(new.settings) then new.settings ->> '$.rateLimit.keyed' end`;
  const note = `insert into ${rates}(task_name, max, per, keyed)
        select new.name, ${setting("limit")}, ${setting("perMs")}, coalesce(${keyed}, 0)
        where ${setting("limit")} is not null;`;
  const forget = (name: string) => `
      delete from ${starts} where task_name = ${name} and task_name not in (select task_name from ${rates});
      delete from ${waits} where task_name = ${name} and task_name not in (select task_name from ${rates});`;
  return [
    `create trigger ${waits}_over after delete on ${waits} begin
      insert into ${freed}(kind, task_name, ref) values ('rate', old.task_name, old.rate_key) on conflict do nothing;
    end`,
    `create trigger ${starts}_cut after update of at on ${starts} begin
      delete from ${waits} where task_name = new.task_name and rate_key = new.rate_key;
    end`,
    `create trigger ${tasks}_rated after insert on ${tasks} begin ${note} end`,
    `create trigger ${tasks}_rated_anew after update of settings, overrides on ${tasks}
      when old.settings is not new.settings or old.overrides is not new.overrides begin
      delete from ${rates} where task_name = new.name;
      ${note} ${forget("new.name")}
      insert into ${sweeps}(task_name, cursor) values (new.name, '') on conflict do update set cursor = '';
    end`,
    `create trigger ${tasks}_unrated after delete on ${tasks} begin
      delete from ${rates} where task_name = old.name; ${forget("old.name")}
    end`,
  ];
}

/** Every claim of a job of a limited task is a start. A claim cuts starts that lie ahead (`cutStarts`) before it. */
function startTrigger({ jobs, rates, starts, waits, freed }: TableNames): string {
  const ofRate = "s.task_name = r.task_name and s.rate_key = r.key";
  const rate = `(select task_name, max, per, keyed, case keyed when 0 then '' else new.rate_key end as key
        from ${rates} where task_name = new.task_name) r`;
  const last = (column: string) =>
    `coalesce((select s.${column} from ${starts} s where ${ofRate} order by s.at desc, s.ordinal desc limit 1), 0)`;
  const othersWait = `r.keyed and exists (select 1 from ${jobs} b where ${isSetAside("b")}
          and b.task_name = new.task_name and b.rate_key = new.rate_key and b.rate_key is not null)`;
  return `create trigger ${jobs}_started after update of claim_number on ${jobs}
      when new.state = 'running' and exists (select 1 from ${rates} where task_name = new.task_name) begin
      delete from ${starts} where task_name = new.task_name
        and rate_key = (select key from ${rate}) and at <= new.started_at - (select per from ${rate});
      insert into ${starts}(task_name, rate_key, at, ordinal)
        select r.task_name, r.key, new.started_at, ${last("ordinal")} + 1
        from ${rate} where r.key is not null;
      insert into ${waits}(task_name, rate_key, at)
        select r.task_name, r.key, r.per + (select s.at from ${starts} s where ${ofRate}
            and s.at > new.started_at - r.per order by s.at, s.ordinal limit 1)
        from ${rate} where r.key is not null and ${othersWait}
        on conflict do update set at = min(at, excluded.at);
      insert into ${freed}(kind, task_name, ref)
        select 'rate', r.task_name, r.key from ${rate}
        where r.key is not null and r.max > ${ALWAYS_READY} and ${othersWait} on conflict do nothing;
    end`;
}

/** Like those of keys and schedules: a claim looks again at the jobs with the same key of their rate. */
function rateLaneTriggers({ jobs: j, freed }: TableNames): readonly string[] {
  const mark = (row: string) =>
    `insert into ${freed}(kind, task_name, ref) values ('rate', ${row}.task_name, ${row}.rate_key)
      on conflict do nothing;`;
  return [
    `create trigger ${j}_rate_arrived after insert on ${j}
      when new.rate_key is not null and ${isSetAside("new")} begin ${mark("new")} end`,
    `create trigger ${j}_rate_freed after update of ${placeColumns}, rate_key on ${j}
      when old.rate_key is not null and not ${changedByClaim} begin ${mark("old")} end`,
    `create trigger ${j}_rate_moved after update of rate_key, task_name on ${j}
      when new.rate_key is not null and ${isSetAside("new")} begin ${mark("new")} end`,
    `create trigger ${j}_rate_removed after delete on ${j}
      when old.rate_key is not null and old.state <> 'finished' begin ${mark("old")} end`,
  ];
}
