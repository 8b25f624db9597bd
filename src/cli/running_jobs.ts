import type { CarillonEvent } from "../events/event.ts";

const endings = new Set([
  "jobFinished",
  "jobRetrying",
  "jobSnoozed",
  "jobHandedBack",
  "jobParked",
  "jobRemoved",
]);

/** Which jobs run here, as events tell. */
export class RunningJobs {
  readonly #tasks = new Map<string, string>();

  /** Notes what an event says. */
  note(event: CarillonEvent): void {
    if (event.type === "jobStarted") this.#tasks.set(event.jobId, event.taskName);
    else if ("jobId" in event && endings.has(event.type)) this.#tasks.delete(event.jobId);
  }

  /** For people: `2 jobs: report.daily (id), backup (id)`; undefined when none runs. */
  describe(): string | undefined {
    const { size } = this.#tasks;
    if (size === 0) return undefined;
    const shown = [...this.#tasks].slice(0, 5).map(([id, task]) => `${task} (${id})`);
    const more = size > shown.length ? ` and ${size - shown.length} more` : "";
    return `${size} ${size === 1 ? "job" : "jobs"}: ${shown.join(", ")}${more}`;
  }
}
