import type { TableNames } from "../dialect.ts";
import { ALWAYS_READY } from "./m010_freed_lanes.ts";
import type { Migration } from "./migration.ts";

/**
 * How many jobs of a task, or of a task with one key, start in any window of a length. What counts are rows of `starts`,
 * written by the claim itself; they are apart from the jobs, so that retention and retries do not change them.
 */
export const rates: Migration = {
  version: 14,
  name: "limits of rates",
  minCompatibleVersion: 14,
  statements: ({ tables }) => [
    ...newTables(tables),
    ...taskTriggers(tables),
    startTrigger(tables),
    ...laneTriggers(tables),
  ],
};

function newTables({ jobs, rates, starts, waits, freed }: TableNames): readonly string[] {
  return [
    // The tasks that have a limit, as their settings say: what most claims find empty.
    `create table ${rates}(task_name text primary key, max integer not null, per integer not null,
      keyed integer not null) strict, without rowid`,
    // Numbered one by one, so that counting takes two look-ups. The key is empty where all jobs of a task count together.
    `create table ${starts}(task_name text not null, rate_key text not null, at integer not null,
      ordinal integer not null, primary key(task_name, rate_key, at, ordinal)) strict, without rowid`,
    `create index ${starts}_age on ${starts}(task_name, at)`,
    // Keys whose blocked jobs must be looked at once a start has left the window.
    `create table ${waits}(task_name text not null, rate_key text not null, at integer not null,
      primary key(task_name, rate_key)) strict, without rowid`,
    `create index ${waits}_due on ${waits}(at)`,
    `create index ${waits}_task on ${waits}(task_name, at)`,
    `create trigger ${waits}_over after delete on ${waits} begin
      insert into ${freed}(kind, task_name, ref) values ('rate', old.task_name, old.rate_key) on conflict do nothing;
    end`,
    `create index ${jobs}_blocked_rate on ${jobs}(task_name, rate_key, lane)
      where rate_key is not null and state = 'blocked'`,
  ];
}

/** What limits a task is read off its settings whenever they are written, so that it can never differ from them. */
function taskTriggers({ tasks, rates, starts, waits, sweeps }: TableNames): readonly string[] {
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

/** Every claim of a job of a limited task is a start. The clock may step back; starts never do. */
function startTrigger({ jobs, rates, starts, waits, freed }: TableNames): string {
  const ofRate = "s.task_name = r.task_name and s.rate_key = r.key";
  const rate = `(select task_name, max, per, keyed, case keyed when 0 then '' else new.rate_key end as key
        from ${rates} where task_name = new.task_name) r`;
  const last = (column: string) =>
    `coalesce((select s.${column} from ${starts} s where ${ofRate} order by s.at desc, s.ordinal desc limit 1), 0)`;
  const othersWait = `r.keyed and exists (select 1 from ${jobs} b where b.state = 'blocked'
          and b.task_name = new.task_name and b.rate_key = new.rate_key and b.rate_key is not null)`;
  return `create trigger ${jobs}_started after update of claim_number on ${jobs}
      when new.state = 'running' and exists (select 1 from ${rates} where task_name = new.task_name) begin
      delete from ${starts} where task_name = new.task_name
        and rate_key = (select key from ${rate}) and at <= new.started_at - (select per from ${rate});
      insert into ${starts}(task_name, rate_key, at, ordinal)
        select r.task_name, r.key, max(new.started_at, ${last("at")}), ${last("ordinal")} + 1
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

/** As those of keys and schedules: a claim looks again at the jobs with the same key. */
function laneTriggers({ jobs: j, freed }: TableNames): readonly string[] {
  const mark = (row: string) =>
    `insert into ${freed}(kind, task_name, ref) values ('rate', ${row}.task_name, ${row}.rate_key)
      on conflict do nothing;`;
  const columns =
    "state, priority, run_at, ageing, tags, task_version, task_name, schedule_seq, concurrency_key";
  return [
    `create trigger ${j}_rate_arrived after insert on ${j}
      when new.rate_key is not null and new.state = 'blocked' begin ${mark("new")} end`,
    `create trigger ${j}_rate_freed after update of ${columns}, rate_key on ${j}
      when old.rate_key is not null and not (old.state in ('ready', 'blocked') and new.state = 'running')
        and not (old.state = 'blocked' and new.state = 'ready') begin ${mark("old")} end`,
    `create trigger ${j}_rate_moved after update of rate_key, task_name on ${j}
      when new.rate_key is not null and new.state = 'blocked' begin ${mark("new")} end`,
    `create trigger ${j}_rate_removed after delete on ${j}
      when old.rate_key is not null and old.state <> 'finished' begin ${mark("old")} end`,
  ];
}
