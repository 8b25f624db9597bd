import { canonicalJSON } from "../../../model/payload.ts";
import type { TaskRecord, TaskWrite } from "../../../model/task_record.ts";
import type { DataStore } from "../../../stores/data_store.ts";
import type { TaskChange } from "../../../stores/task_store.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** Writes tasks and publishes the events of that. */
export class TaskGateway {
  readonly #store: DataStore;
  readonly #publisher: EventPublisher;

  constructor(store: DataStore, publisher: EventPublisher) {
    this.#store = store;
    this.#publisher = publisher;
  }

  /** Writes the definitions of tasks in the code; only those that differ are written and published. */
  async put(tasks: readonly TaskWrite[]): Promise<readonly TaskRecord[]> {
    if (tasks.length === 0) return [];
    const before = new Map((await this.#store.getTasks(tasks.map((t) => t.name))).map((t) => [t.name, t]));
    const changed = tasks.filter((task) => !sameDefinition(task, before.get(task.name)));
    if (changed.length > 0) {
      for (const record of await this.#store.putTasks(changed)) {
        const type = before.has(record.name) ? "taskUpdated" : "taskAdded";
        this.#publisher.publish({ type, taskName: record.name });
        before.set(record.name, record);
      }
    }
    return tasks.map((task) => before.get(task.name)!);
  }

  /** Removes a task. */
  async remove(name: string): Promise<boolean> {
    const removed = await this.#store.removeTask(name);
    if (removed) this.#publisher.publish({ type: "taskRemoved", taskName: name });
    return removed;
  }

  /** Changes a task at run time. */
  async update(name: string, change: TaskChange): Promise<TaskRecord | undefined> {
    const record = await this.#store.updateTask(name, change);
    if (!record) return undefined;
    const type = change.paused === undefined ? "taskUpdated" : change.paused ? "taskPaused" : "taskResumed";
    this.#publisher.publish({ type, taskName: name });
    return record;
  }
}

function sameDefinition(task: TaskWrite, record: TaskRecord | undefined): boolean {
  if (!record) return false;
  const { name, description, version, settings, metadata } = record;
  return canonicalJSON({ name, description, version, settings, metadata }) === canonicalJSON(task);
}
