import type { ProcessIdentity, SchedulerRecord } from "../../../model/scheduler_record.ts";
import { schedulerRoles } from "../../../model/states.ts";
import type { TaskVersion } from "../../../model/task_record.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";

const unreadableProcess: ProcessIdentity = {
  hostname: "",
  pid: 0,
  bootId: null,
  pidNamespace: null,
  startedAt: null,
};

/** A task and its version as a row keeps them. */
type StoredVersion = readonly [name: string, version: number];

type StoredScheduler = Omit<SchedulerRecord, "tasks"> & { readonly tasks: readonly StoredVersion[] };

/** The fields of a scheduler, each with its column. */
export const schedulerColumns: Columns<StoredScheduler> = columnsOf((row) => ({
  incarnation: row.integer("incarnation"),
  name: row.text("name"),
  role: row.word("role", schedulerRoles, "client"),
  tasks: row.json<readonly StoredVersion[]>("tasks", []),
  tags: row.json<readonly string[]>("tags", []),
  process: row.json("process", unreadableProcess),
  leaseMs: row.integer("lease_ms"),
  startedAtMs: row.integer("started_at"),
  leaseUntilMs: row.integer("lease_until"),
}));

/** The expression for one scheduler in one cell. */
export function schedulerCell(table: string): string {
  return schedulerColumns.cell(table);
}

/** Reads a scheduler from its cell. Never throws: one that cannot be read has no tasks and no process. */
export function decodeScheduler(cell: SqlValue): SchedulerRecord {
  const { tasks, tags, undecodable: _, ...scheduler } = schedulerColumns.decode(cell);
  return { ...scheduler, tasks: taskVersions(tasks), tags: namesIn(tags) };
}

/** The tasks of a scheduler as its row keeps them. */
export function tasksCell(tasks: readonly TaskVersion[]): string {
  return JSON.stringify(tasks.map(({ name, version }): StoredVersion => [name, version]));
}

/** Reads the tasks of a scheduler; what is not as `tasksCell` writes it names no task. */
function taskVersions(stored: readonly StoredVersion[]): readonly TaskVersion[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((pair) => Array.isArray(pair)).map(([name, version]) => ({ name, version }));
}

function namesIn(stored: readonly string[]): readonly string[] {
  return Array.isArray(stored) ? stored : [];
}
