import { taskLimit } from "../../model/decisions.ts";
import type { TaskStore } from "../../stores/task_store.ts";
import type { Dialect } from "../dialect.ts";
import type { SqlValue } from "../driver.ts";
import { decodeTask, taskCell } from "../rows/task_row.ts";
import type { SqlSession } from "../session.ts";

/** Writing, finding and changing tasks. */
export function tasks(session: SqlSession): TaskStore {
  const sql = taskTexts(session.dialect);
  return {
    async putTasks(tasks) {
      const rows = JSON.stringify(tasks.map((task): SqlValue[] => [
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
        : { sql: sql.named, args: [JSON.stringify(names)] };
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
  };
}

/** How many jobs one of the task's calls takes. */
function batchSize(settings: string): string {
  return `coalesce(${settings} ->> '$.batchSize', 1)`;
}

function taskTexts(dialect: Dialect) {
  const { tasks, jobs } = dialect.tables;
  return {
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
    // When it is removed is told by the row that goes.
    stamp: `update ${tasks} set changed_at = ${dialect.now("?2")} where name = ?1`,
    remove: `delete from ${tasks} where name = ?1 returning name`,
  };
}
