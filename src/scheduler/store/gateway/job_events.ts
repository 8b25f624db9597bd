import type { JobEvent } from "../../../events/event.ts";
import type { JobRecord, NewJob, StoredError } from "../../../model/job_record.ts";
import type { JobOutcome } from "../../../model/states.ts";
import type { AddAnswer } from "../../../stores/job_store.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** What is known of a run that has ended, beside what is stored. */
export interface EndFacts {
  /** For local listeners, the very value or error. */
  readonly local?: { readonly value?: unknown; readonly error?: unknown } | undefined;
  /** How long the attempt ran; null when it never started. */
  readonly durationMs: number | null;
}

/** Tells about jobs. What everybody's jobs go through is told only where somebody hears. */
export class JobEvents {
  readonly publisher: EventPublisher;

  constructor(teller: EventPublisher) {
    this.publisher = teller;
  }

  /** Whether anybody hears what is told. */
  get hasSubscribers(): boolean {
    return this.publisher.hasSubscribers;
  }

  /** Tells something about a job that is not its end. */
  publish(type: JobEvent["type"], job: JobRecord, more: Pick<JobEvent, "reason" | "runAtMs"> = {}): void {
    const { id: jobId, taskName, scheduleId, fireTimeMs, attempt } = job;
    this.publisher.publish({ type, jobId, taskName, scheduleId, fireTimeMs, attempt, ...more });
  }

  /** Tells what became of jobs that were to be added. */
  added(jobs: readonly NewJob[], answer: AddAnswer): void {
    if (!this.hasSubscribers) return;
    answer.jobs.forEach(({ id, outcome }, i) => {
      const { id: jobId, taskName, scheduleId, fireTimeMs } = jobs[i]!;
      if (outcome === "added") {
        this.publisher.publish({ type: "jobAdded", jobId, taskName, scheduleId, fireTimeMs, attempt: 0 });
      } else if (outcome === "replaced") {
        this.publisher.publish({
          type: "jobUpdated",
          jobId: id,
          taskName,
          scheduleId,
          fireTimeMs,
          attempt: 0,
        });
      }
    });
  }

  /** Tells that jobs were claimed. */
  claimed(jobs: readonly JobRecord[]): void {
    if (!this.hasSubscribers) return;
    for (const job of jobs) this.publish("jobClaimed", job);
  }

  /** Tells that a job's function is called now. */
  started(job: JobRecord): void {
    if (this.hasSubscribers) this.publish("jobStarted", job);
  }

  /** Tells that a job is finished; `facts` are null where it did not run here. */
  finished(job: JobRecord, outcome: JobOutcome, error: StoredError | null, facts: EndFacts | null): void {
    const { id: jobId, taskName, scheduleId, fireTimeMs, attempt, runAtMs, startedAtMs } = job;
    this.publisher.publish({
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

/** What listeners are to see of what a run answered. */
function valueOrError(local: NonNullable<EndFacts["local"]>): NonNullable<EndFacts["local"]> {
  return "error" in local ? { error: local.error } : { value: local.value };
}
