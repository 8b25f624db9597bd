import type { JobEvent } from "../../../events/event.ts";
import type { JobRecord, NewJob, StoredError } from "../../../model/job_record.ts";
import type { JobOutcome } from "../../../model/states.ts";
import type { AddAnswer } from "../../../stores/job_store.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** Facts about a run that has ended, beside what is stored. */
export interface EndFacts {
  /** For local listeners, the very value or error. */
  readonly local?: { readonly value?: unknown; readonly error?: unknown } | undefined;
  /** Time that the attempt ran; null when it never started. */
  readonly durationMs: number | null;
}

/** Publishes events about jobs; those of every job only where there are subscribers. */
export class JobEvents {
  readonly #publisher: EventPublisher;

  constructor(publisher: EventPublisher) {
    this.#publisher = publisher;
  }

  /** False if no one gets what is published. */
  get hasSubscribers(): boolean {
    return this.#publisher.hasSubscribers;
  }

  /** Publishes an event about a job that is not its end. */
  publish(type: JobEvent["type"], job: JobRecord, more: Pick<JobEvent, "reason" | "runAtMs"> = {}): void {
    const { id: jobId, taskName, scheduleId, fireTimeMs, attempt } = job;
    this.#publisher.publish({ type, jobId, taskName, scheduleId, fireTimeMs, attempt, ...more });
  }

  /** Publishes what became of jobs that were to be added. */
  added(jobs: readonly NewJob[], answer: AddAnswer): void {
    if (!this.hasSubscribers) return;
    answer.jobs.forEach(({ id, outcome }, i) => {
      const { taskName, scheduleId, fireTimeMs } = jobs[i]!;
      const facts = { jobId: id, taskName, scheduleId, fireTimeMs, attempt: 0 };
      switch (outcome) {
        case "added":
          return this.#publisher.publish({ type: "jobAdded", ...facts });
        case "replaced":
          return this.#publisher.publish({ type: "jobUpdated", ...facts });
        case "deduplicated":
          return;
        default:
          return outcome satisfies never;
      }
    });
  }

  /** Publishes that jobs were claimed. */
  claimed(jobs: readonly JobRecord[]): void {
    if (!this.hasSubscribers) return;
    for (const job of jobs) this.publish("jobClaimed", job);
  }

  /** Publishes that a job's function is called now. */
  started(job: JobRecord): void {
    if (this.hasSubscribers) this.publish("jobStarted", job);
  }

  /** Publishes that a job is finished; `facts` are null where it did not run here. */
  finished(job: JobRecord, outcome: JobOutcome, error: StoredError | null, facts: EndFacts | null): void {
    const { id: jobId, taskName, scheduleId, fireTimeMs, attempt, runAtMs, startedAtMs } = job;
    this.#publisher.publish({
      type: "jobFinished",
      jobId,
      taskName,
      scheduleId,
      fireTimeMs,
      attempt,
      outcome,
      durationMs: facts?.durationMs ?? null,
      latenessMs: startedAtMs === null ? null : Math.max(0, startedAtMs - runAtMs),
      error,
      ...(facts?.local ? { local: valueOrError(facts.local) } : {}),
    });
  }
}

/** The part of a run's result that listeners are to see. */
function valueOrError(local: NonNullable<EndFacts["local"]>): NonNullable<EndFacts["local"]> {
  return "error" in local ? { error: local.error } : { value: local.value };
}
