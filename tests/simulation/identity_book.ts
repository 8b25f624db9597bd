import type { JobIdentity } from "../../src/model/identity_options.ts";
import type { JobState } from "../../src/model/states.ts";
import type { BookedJob } from "./booked_job.ts";

/** In which stored states a job of each state of the book may be. */
const stored: Readonly<Record<BookedJob["state"], readonly JobState[]>> = {
  waiting: ["scheduled", "ready", "blocked"],
  running: ["running"],
  parked: ["parked"],
  finished: ["finished"],
  removed: [],
};

/** Which jobs stand for the same work. */
export class IdentityBook {
  readonly #jobs = new Map<string, BookedJob[]>();

  /** Notes a job that was stored. */
  add(job: BookedJob): void {
    if (job.identityKey === null) return;
    const key = keyOf(job.taskName, job.identityKey);
    const all = this.#jobs.get(key);
    if (all) all.push(job);
    else this.#jobs.set(key, [job]);
  }

  /** The newest job that stands for a new one of this identity. */
  newest(taskName: string, identity: JobIdentity, nowMs: number): BookedJob | undefined {
    const { states, periodMs, replace } = identity;
    return this.#jobs.get(keyOf(taskName, identity.key))?.findLast((job) =>
      stored[job.state].some((state) => states.includes(state)) &&
      (periodMs === null || nowMs - job.createdAtMs < periodMs) &&
      (replace === null || (job.fence === undefined && job.state !== "finished"))
    );
  }
}

function keyOf(taskName: string, identityKey: string): string {
  return JSON.stringify([taskName, identityKey]);
}
