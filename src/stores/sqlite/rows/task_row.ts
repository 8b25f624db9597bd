import { defaultRunSettings, type RunSettings } from "../../../model/settings.ts";
import type { TaskRecord } from "../../../model/task_record.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";

const columns = ["name", "description", "version", "settings", "metadata", "overrides", "paused"] as const;

/** The expression for one task in one cell, with the number of its running jobs counted from `jobs`. */
export function taskCell(table: string, jobs: string): string {
  const running =
    `(select count(*) from ${jobs} r where r.state = 'running' and r.task_name = ${table}.name)`;
  return `json_array(${columns.map((column) => `${table}.${column}`).join(", ")}, ${running})`;
}

/** Reads a task from its cell. Never throws: settings that cannot be read are the defaults. */
export function decodeTask(cell: SqlValue): TaskRecord {
  const reader = new CellReader(cell);
  return {
    name: reader.next<string>(),
    description: reader.next<string | null>(),
    version: reader.next<number>(),
    settings: { ...defaultRunSettings, ...reader.nextJSON<Partial<RunSettings>>("settings", {}) },
    metadata: reader.nextJSON("metadata", {}),
    overrides: reader.nextJSON("overrides", {}),
    paused: reader.nextBoolean(),
    runningJobs: reader.next<number>(),
  };
}
