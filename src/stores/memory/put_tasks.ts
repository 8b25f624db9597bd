import type { TaskRecord, TaskWrite } from "../../model/task_record.ts";
import type { TaskChange } from "../task_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { knownCopy } from "./stored_copy.ts";

/** Writes tasks as the code defines them; what was set at run time stays. */
export function putTasks(
  state: MemoryState,
  tasks: readonly TaskWrite[],
  nowMs: number,
): readonly TaskRecord[] {
  const copies = tasks.map(knownCopy);
  for (const task of copies) {
    const before = state.tasks.get(task.name);
    state.putTask({
      ...task,
      overrides: before?.overrides ?? knownCopy({}),
      paused: before?.paused ?? false,
    }, nowMs);
  }
  return copies.map(({ name }) => state.task(name) as TaskRecord);
}

/** The tasks of these names, or all, by name. */
export function getTasks(state: MemoryState, names?: readonly string[]): readonly TaskRecord[] {
  return [...new Set(names ?? state.tasks.keys())]
    .sort()
    .map((name) => state.task(name))
    .filter((task) => task !== undefined);
}

/** Changes what is set at run time. */
export function updateTask(
  state: MemoryState,
  name: string,
  change: TaskChange,
  nowMs: number,
): TaskRecord | undefined {
  const before = state.tasks.get(name);
  if (before === undefined) return undefined;
  state.putTask({ ...before, ...knownCopy(change) }, nowMs);
  return state.task(name);
}
