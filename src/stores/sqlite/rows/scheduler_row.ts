import type { ProcessIdentity, SchedulerRecord } from "../../../model/scheduler_record.ts";
import type { SchedulerRole } from "../../../model/states.ts";
import type { TaskVersion } from "../../../model/task_record.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";

const roles: readonly SchedulerRole[] = ["scheduler", "worker", "both", "client"];

const unreadableProcess: ProcessIdentity = {
  hostname: "",
  pid: 0,
  bootId: null,
  pidNamespace: null,
  startedAt: null,
};

/** A task and its version as a row keeps them. */
type StoredVersion = readonly [name: string, version: number];

const columns = [
  "incarnation",
  "name",
  "role",
  "tasks",
  "tags",
  "process",
  "lease_ms",
  "started_at",
  "lease_until",
] as const;

/** The expression for one scheduler in one cell. */
export function schedulerCell(table: string): string {
  return `json_array(${columns.map((column) => `${table}.${column}`).join(", ")})`;
}

/** Reads a scheduler from its cell. Never throws: one that cannot be read has no tasks and no process. */
export function decodeScheduler(cell: SqlValue): SchedulerRecord {
  const reader = new CellReader(cell);
  return {
    incarnation: reader.next<number>(),
    name: reader.next<string>(),
    role: reader.nextWord("role", roles, "client"),
    tasks: taskVersions(reader.nextJSON<readonly StoredVersion[]>("tasks", [])),
    tags: namesIn(reader.nextJSON<readonly string[]>("tags", [])),
    process: reader.nextJSON("process", unreadableProcess),
    leaseMs: reader.next<number>(),
    startedAtMs: reader.next<number>(),
    leaseUntilMs: reader.next<number>(),
  };
}

/** The tasks of a scheduler as its row keeps them. */
export function tasksCell(tasks: readonly TaskVersion[]): string {
  return JSON.stringify(tasks.map(({ name, version }): StoredVersion => [name, version]));
}

/** What is not as `tasksCell` writes it names no task. */
function taskVersions(stored: readonly StoredVersion[]): readonly TaskVersion[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((pair) => Array.isArray(pair)).map(([name, version]) => ({ name, version }));
}

function namesIn(stored: readonly string[]): readonly string[] {
  return Array.isArray(stored) ? stored : [];
}
