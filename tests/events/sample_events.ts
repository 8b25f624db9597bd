import type { JobEvent, SchedulerEvent, TaskEvent } from "../../src/events/event.ts";

/** An event about a task. */
export function taskEvent(type: TaskEvent["type"]): TaskEvent {
  return { type, atMs: 0, store: "main", taskName: "report" };
}

/** An event about a job. */
export function jobEvent(type: JobEvent["type"], jobId = "job-1"): JobEvent {
  return {
    type,
    atMs: 0,
    store: "main",
    jobId,
    taskName: "report",
    scheduleId: null,
    fireTimeMs: null,
    attempt: 0,
  };
}

/** An event about a scheduler. */
export function schedulerEvent(type: SchedulerEvent["type"]): SchedulerEvent {
  return { type, atMs: 0, scheduler: "here" };
}
