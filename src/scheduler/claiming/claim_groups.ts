import type { Executor } from "../../executors/executor.ts";
import { disregard } from "../../model/maybe_promise.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import type { TaskClaim } from "../../model/task_record.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import type { Environment } from "../environment.ts";
import type { TaskCache } from "../store/task_cache.ts";

/** Tasks that are claimed together, and the number of their jobs that could start now. */
export interface ClaimGroup {
  readonly tasks: readonly TaskClaim[];
  readonly max: number;
}

/**
 * Groups the tasks by the executors with limited places, so that no jobs are taken that would only wait for a place here
 * while another scheduler could run them. Tasks of which none could start are left out.
 */
export function claimGroups(
  { registry, executors, defaults }: Environment,
  stored: TaskCache,
): readonly ClaimGroup[] {
  const bounded = executors.all().some((executor) => executor.free !== undefined);
  if (!bounded) return [{ tasks: registry.versions(), max: Infinity }];
  const executorOf = (task: RegisteredTask) => {
    const settings = resolveRunSettings(stored.get(task.name)?.overrides, task.overrides, defaults);
    return executors.find(settings.executor);
  };
  const groups: ClaimGroup[] = [];
  for (const [executor, tasks] of Map.groupBy(registry.tasks(), executorOf)) {
    const free = freePlaces(executor);
    if (free <= 0) continue;
    // A batch takes one place for many jobs: it is counted for itself.
    const isBatch = ({ batch }: RegisteredTask) => batch !== undefined && free !== Infinity;
    for (const task of tasks.filter(isBatch)) {
      groups.push({ tasks: [claimOf(task)], max: free * (task.batch?.size ?? 1) });
    }
    const others = tasks.filter((task) => !isBatch(task));
    if (others.length > 0) groups.push({ tasks: others.map(claimOf), max: free });
  }
  // The unlimited ones last: they could take all the slots there are, however many jobs wait for an executor.
  return groups.sort((a, b) => a.max - b.max);
}

/** Places that an executor has left; where it cannot say so it has no limit, and its jobs wait in it. */
function freePlaces(executor: Executor | undefined): number {
  try {
    const free: unknown = executor?.free?.();
    if (typeof free === "number" && !Number.isNaN(free)) return Math.floor(free);
    disregard(free);
  } catch {
    // Its own failures show when it runs a job.
  }
  return Infinity;
}

function claimOf({ name, version }: RegisteredTask): TaskClaim {
  return { name, version };
}
