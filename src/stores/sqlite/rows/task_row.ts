import { defaultRunSettings, type RunSettings } from "../../../model/settings.ts";
import type { TaskRecord } from "../../../model/task_record.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";
import type { SqlValue } from "../../shared/driver.ts";

/** The fields of a task, each with its column; the number of its running jobs is counted from the jobs. */
export const taskColumns: Columns<
  Omit<TaskRecord, "settings"> & { readonly settings: Partial<RunSettings> }
> = columnsOf((row) => ({
  name: row.text("name"),
  description: row.optionalText("description"),
  version: row.integer("version"),
  settings: row.json("settings", {}),
  metadata: row.json("metadata", {}),
  overrides: row.json("overrides", {}),
  paused: row.boolean("paused"),
  runningJobs: row.integer("running_jobs"),
}));

/** The expression for one task in one cell, with the number of its running jobs counted from `jobs`. */
export function taskCell(table: string, jobs: string): string {
  return taskColumns.cell(table, {
    runningJobs: `(select count(*) from ${jobs} r where r.state = 'running' and r.task_name = ${table}.name)`,
  });
}

/** Reads a task from its cell. Never throws: settings that cannot be read are the defaults. */
export function decodeTask(cell: SqlValue): TaskRecord {
  const { settings, undecodable: _, ...task } = taskColumns.decode(cell);
  return { ...task, settings: { ...defaultRunSettings, ...settings } };
}
