import { taskLimit } from "../../model/decisions.ts";
import type { TaskStore } from "../task_store.ts";
import type { Dialect } from "./schema/dialect.ts";
import type { SqlValue } from "../shared/driver.ts";
import { listText } from "./rows/list_text.ts";
import { decodeTask, taskCell } from "./rows/task_row.ts";
import { startsInWindow } from "./jobs/limits.ts";
import type { SqliteSession } from "./session/session.ts";

/** Writing, finding and changing tasks. */
export function tasks(session: SqliteSession): TaskStore {
  const sql = taskTexts(session.dialect);
  return {
    async putTasks(tasks) {
      const rows = listText(tasks.map((task): SqlValue[] => [
        task.name,
        task.description,
        task.version,
        JSON.stringify(task.settings),
        JSON.stringify(task.metadata),
        taskLimit({ settings: task.settings, overrides: {} }),
      ]));
      const [, put] = await session.write([{ sql: sql.put, args: [rows, session.nowArgument()] }, {
        sql: sql.inOrder,
        args: [rows],
      }]);
      return put!.cells.map(decodeTask);
    },
    async getTasks(names) {
      const statement = names === undefined
        ? { sql: sql.all, args: [] }
        : { sql: sql.named, args: [listText(names)] };
      return (await session.read([statement]))[0]!.cells.map(decodeTask);
    },
    async updateTask(name, { paused, overrides }) {
      const limit = overrides?.maxRunningJobs;
      const args = [
        name,
        paused === undefined ? null : paused ? 1 : 0,
        overrides === undefined ? null : JSON.stringify(overrides),
        limit === undefined ? 0 : 1,
        limit ?? null,
        session.nowArgument(),
      ];
      const [updated] = await session.write([{ sql: sql.update, args }]);
      return updated!.cells.map(decodeTask)[0];
    },
    async removeTask(name) {
      const [, removed] = await session.write([
        { sql: sql.stamp, args: [name, session.nowArgument()] },
        { sql: sql.remove, args: [name] },
      ]);
      return removed!.cells.length > 0;
    },
    async getRateUse(taskName, rateKey) {
      const args = [taskName, rateKey, session.nowArgument()];
      const [found] = await session.read([{ sql: sql.rate, args }]);
      const cell = found!.cells[0];
      if (typeof cell !== "string") return undefined;
      const [limit, perMs, started, nextStartAtMs] = JSON.parse(cell) as StoredUse;
      return { limit, perMs, started, nextStartAtMs };
    },
  };
}

/** Number of jobs that one of the task's calls takes. */
function batchSize(settings: string): string {
  return `coalesce(${settings} ->> '$.batchSize', 1)`;
}

type StoredUse = readonly [limit: number, perMs: number, started: number, nextStartAtMs: number | null];

/** Starts are numbered one by one: the one that has to leave the window is found by its number. */
function rateText(dialect: Dialect): string {
  const { rates, starts } = dialect.tables;
  const counted = { task: "u.task_name", key: "u.key", per: "u.per", now: dialect.now("?3") };
  const ofRate = "s.task_name = n.task_name and s.rate_key = n.key";
  const last =
    `(select s.ordinal from ${starts} s where ${ofRate} order by s.at desc, s.ordinal desc limit 1)`;
  const leaving = `(select s.at from ${starts} s where ${ofRate}
    and s.at > ${dialect.now("?3")} - n.per and s.ordinal = ${last} - n.max + 1)`;
  return `select json_array(n.max, n.per, n.started, case when n.started >= n.max then ${leaving} + n.per end)
    from (select u.*, ${startsInWindow(dialect, counted)} as started
      from (select task_name, max, per, case when keyed then ?2 else '' end as key
        from ${rates} where task_name = ?1) u where u.key is not null) n`;
}

function taskTexts(dialect: Dialect) {
  const { tasks, jobs } = dialect.tables;
  return {
    rate: rateText(dialect),
    put: `insert into ${tasks}(name, description, version, settings, metadata, code_limit,
        overrides, paused, has_own_limit, changed_at)
      select e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4, e.value ->> 5, '{}', 0, 0, ${
      dialect.now("?2")
    }
      from json_each(?1) e where true
      on conflict(name) do update set description = excluded.description, version = excluded.version,
        settings = excluded.settings, metadata = excluded.metadata, code_limit = excluded.code_limit, changed_at = excluded.changed_at,
        own_limit = (overrides ->> '$.maxRunningJobs') * ${batchSize("excluded.settings")}`,
    inOrder: `select ${
      taskCell("t", jobs)
    } from json_each(?1) e cross join ${tasks} t on t.name = (e.value ->> 0)`,
    all: `select ${taskCell("t", jobs)} from ${tasks} t order by t.name`,
    named: `select ${taskCell("t", jobs)} from ${tasks} t
      where t.name in (select value from json_each(?1)) order by t.name`,
    update: `update ${tasks} set paused = coalesce(?2, paused), overrides = coalesce(?3, overrides),
        changed_at = ${dialect.now("?6")},
        has_own_limit = case when ?3 is null then has_own_limit else ?4 end,
        own_limit = case when ?3 is null then own_limit else ?5 * ${batchSize("settings")} end
      where name = ?1 returning ${taskCell(tasks, jobs)}`,
    // When it is removed is taken from the row that goes.
    stamp: `update ${tasks} set changed_at = ${dialect.now("?2")} where name = ?1`,
    remove: `delete from ${tasks} where name = ?1 returning name`,
  };
}
