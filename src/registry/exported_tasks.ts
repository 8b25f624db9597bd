import { instanceTasks, prototypeTasks, staticTasks } from "./method_tasks.ts";
import { registryState } from "./registry_state.ts";
import type { TaskSource } from "./task_types.ts";

/** What a task module exports for a registry: tasks, instances with decorated methods, classes with some; all else is a helper. */
export function exportedTasks(module: Readonly<Record<string, unknown>>): readonly TaskSource[] {
  return [...new Set(Object.values(module))].filter(isTaskSource);
}

function isTaskSource(value: unknown): value is TaskSource {
  if (typeof value === "function") return staticTasks(value).length + prototypeTasks(value).length > 0;
  if (typeof value !== "object" || value === null) return false;
  return registryState.functionTasks.has(value) || instanceTasks(value).length > 0;
}
