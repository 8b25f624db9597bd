import type { TableNames } from "../dialect.ts";
import type { Migration } from "./migration.ts";

/** What has happened to tasks, schedules and finished jobs, in the order in which it was committed. */
export const changes: Migration = {
  version: 13,
  name: "a feed of changes",
  minCompatibleVersion: 12,
  statements: ({ tables }) => [
    // The last row is never deleted, so that numbers are never given twice.
    `create table ${tables.changes}(
      seq integer primary key, at integer not null, type text not null, subject text not null, task_name text,
      schedule_id text, fire_time integer, attempt integer, outcome text, duration integer, lateness integer,
      next_fire integer, error text) strict`,
    `alter table ${tables.tasks} add column changed_at integer`,
    jobTrigger(tables),
    ...scheduleTriggers(tables),
    ...taskTriggers(tables),
  ],
};

/** Triggers, so that no way of ending a job, or of changing a task or schedule, is forgotten. */
function jobTrigger({ jobs, changes }: TableNames): string {
  return `create trigger ${changes}_job_finished after update of outcome on ${jobs}
    when new.outcome is not null and old.outcome is null begin
    insert into ${changes}(at, type, subject, task_name, schedule_id, fire_time, attempt, outcome, duration, lateness,
      error)
    values (new.finished_at, 'jobFinished', new.id, new.task_name, new.schedule_id, new.fire_time, new.attempt,
      new.outcome, case old.state when 'running' then max(0, new.finished_at - old.started_at) end,
      case when new.started_at is not null then max(0, new.started_at - new.run_at) end, new.error);
  end`;
}

function scheduleTriggers({ schedules, changes }: TableNames): readonly string[] {
  const columns = "at, type, subject, task_name, next_fire, error";
  const row = (type: string, side: "old" | "new") =>
    `select ${side}.updated_at, ${type}, ${side}.id, ${side}.task_name, ${side}.next_fire, ${side}.error`;
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
  const insert = `insert into ${changes}(${columns})`;
  return [
    `create trigger ${changes}_schedule_added after insert on ${schedules} begin
      ${insert} ${row("'scheduleAdded'", "new")};
    end`,
    `create trigger ${changes}_schedule_changed after update of ${[
      ...defined,
      "paused",
      "status",
    ]} on ${schedules} begin
      ${insert} ${row("case when new.paused then 'schedulePaused' else 'scheduleResumed' end", "new")}
        where new.paused <> old.paused;
      ${insert} ${row("'scheduleUpdated'", "new")} where new.paused = old.paused and (${differs});
      ${insert} ${
      row("case new.status when 'failed' then 'scheduleFailed' else 'scheduleFinished' end", "new")
    }
        where new.status <> old.status and new.status <> 'active';
    end`,
    `create trigger ${changes}_schedule_removed after delete on ${schedules} begin
      ${insert} ${row("'scheduleRemoved'", "old")};
    end`,
  ];
}

function taskTriggers({ tasks, changes }: TableNames): readonly string[] {
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
    `create trigger ${changes}_task_removed after delete on ${tasks} begin ${
      row("'taskRemoved'", "old")
    }; end`,
  ];
}
