import type { JobEvent } from "../../../events/event.ts";
import type { LogBatch, LogLine } from "../../../model/job_history.ts";
import type {
  JobEnding,
  JobFence,
  JobProgress,
  JobRecord,
  JobTransition,
  NewJob,
} from "../../../model/job_record.ts";
import type { JobTransaction } from "../../../model/job_transaction.ts";
import { cascadedFrom } from "../../../model/parents.ts";
import type { DataStore } from "../../../stores/data_store.ts";
import type {
  AddAnswer,
  CancelAnswer,
  CancelRequest,
  ClaimAnswer,
  ClaimRequest,
  JobChange,
} from "../../../stores/job_store.ts";
import { type EndFacts, JobEvents } from "./job_events.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** The end of a run with the job it is about and, for local listeners, the very value or error. */
export interface RunEnding extends JobEnding, EndFacts {
  readonly job: JobRecord;
}

/** Is told how a job ended here, once that is written and before it is told as an event. */
export interface EndListener {
  onEnded(job: JobRecord, end: Finish): void;
  /** Whether somebody waits to be told of a job by its events. */
  awaits(jobId: string): boolean;
}

type Finish = Extract<JobTransition, { readonly to: "finished" }>;

/** Writes jobs and tells about it. */
export class JobGateway {
  readonly #store: DataStore;
  readonly #teller: EventPublisher;
  readonly #jobs: JobEvents;
  readonly #listener: EndListener | undefined;

  constructor(store: DataStore, teller: EventPublisher, listener?: EndListener) {
    this.#store = store;
    this.#teller = teller;
    this.#jobs = new JobEvents(teller);
    this.#listener = listener;
  }

  /** Adds jobs. */
  async add(jobs: readonly NewJob[], claim?: ClaimRequest): Promise<AddAnswer> {
    const answer = await this.#store.addJobs(jobs, claim);
    this.#jobs.added(jobs, answer);
    this.#jobs.claimed(answer.claimed);
    return answer;
  }

  /** Adds jobs within a transaction of the caller's. Nothing is told: nobody knows yet whether it happens. */
  async addWithin(transaction: JobTransaction, jobs: readonly NewJob[]) {
    return await (await this.#store.within(transaction)).addJobs(jobs);
  }

  /** Finishes a run within a transaction of its function's; answers whether the fence held. Nothing is told either. */
  async endWithin(transaction: JobTransaction, ending: JobEnding): Promise<boolean> {
    return await (await this.#store.within(transaction)).endJob(ending);
  }

  /** Tells of a run that was finished within a transaction of its function's. */
  tellFinishedWithin(job: JobRecord, ending: EndFacts): void {
    const { value } = job;
    this.#listener?.onEnded(job, { to: "finished", outcome: "success", value, error: null, keepMs: null });
    this.#jobs.finished(job, "success", null, ending);
  }

  /**
   * Claims jobs, after the ends of runs in the same step; jobs whose deadline has passed end on the way. Calls `heard`
   * with the answer before any of that is told.
   */
  async claim(
    request: ClaimRequest,
    endings: readonly RunEnding[] = [],
    heard: (answer: ClaimAnswer) => void = () => {},
  ): Promise<ClaimAnswer> {
    const answer = await this.#store.claimJobs(request, endings);
    heard(answer);
    if (endings.length > 0) await this.#tellHeld(endings, answer.held);
    for (const job of answer.missed) this.#jobs.finished(job, job.outcome!, job.error, null);
    if (answer.missed.length > 0) await this.#tellCascades(answer.missed.map(endOf));
    this.#jobs.claimed(answer.claimed);
    return answer;
  }

  /** Ends runs; answers for which the fence held. Only those are told. */
  async end(endings: readonly RunEnding[]): Promise<readonly boolean[]> {
    const accepted = await this.#store.endJobs(endings);
    await this.#tellHeld(endings, accepted);
    return accepted;
  }

  async #tellHeld(endings: readonly RunEnding[], accepted: readonly boolean[]): Promise<void> {
    const held = accepted.every(Boolean) ? endings : endings.filter((_, i) => accepted[i]);
    if (held.every(isSuccess)) { for (const ending of held) this.#tellEnding(ending); }
    else await this.#tellMixed(held);
  }

  /** Tells of ends among which there are others than successes. */
  async #tellMixed(held: readonly RunEnding[]): Promise<void> {
    const heeded = await this.#cancelledInstead(held);
    for (const ending of held) {
      const cancelled = heeded.get(ending.job.seq);
      if (cancelled) this.#jobs.finished(cancelled, "cancelled", cancelled.error, ending);
      else this.#tellEnding(ending);
    }
    const failed = held.filter((ending) =>
      heeded.has(ending.job.seq) || (ending.transition.to === "finished" && !isSuccess(ending))
    );
    await this.#tellCascades(failed.map(({ job }) => [job.id, job.startedAtMs ?? 0]));
  }

  /** Runs that were asked to stop meanwhile: the store ended them as cancelled, whatever their owner wanted. */
  async #cancelledInstead(endings: readonly RunEnding[]): Promise<ReadonlyMap<number, JobRecord>> {
    const open = endings.filter(({ transition }) => transition.to !== "finished");
    if (open.length === 0) return noJobs;
    const claims = new Map(open.map(({ fence }) => [fence.seq, fence.claimNumber]));
    const jobs = await this.#store.getJobs({ ids: open.map(({ job }) => job.id) }).catch(() => []);
    return new Map(
      jobs.filter((job) => job.outcome === "cancelled" && claims.get(job.seq) === job.claimNumber)
        .map((job) => [job.seq, job]),
    );
  }

  /** Notes how far a job is. */
  async progress(job: JobRecord, fence: JobFence, progress: JobProgress): Promise<void> {
    await this.#store.putProgress([{ fence, progress }]);
    this.#teller.publish({ type: "jobProgress", jobId: job.id, taskName: job.taskName, progress });
  }

  /** Cancels jobs. */
  async cancel(ids: readonly string[], request: CancelRequest): Promise<CancelAnswer> {
    const answer = await this.#store.cancelJobs(ids, request);
    for (const job of answer.cancelled) this.#jobs.finished(job, job.outcome!, job.error, null);
    await this.#tellCascades(answer.cancelled.map(endOf));
    for (const job of answer.requested) this.tell("jobCancelRequested", job, { reason: request.reason });
    return answer;
  }

  /** Changes a waiting job. */
  async update(id: string, change: JobChange): Promise<JobRecord | undefined> {
    const job = await this.#store.updateJob(id, change);
    if (job) this.tell("jobUpdated", job);
    return job;
  }

  /** Makes finished or parked jobs ready again. */
  async retry(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const jobs = await this.#store.retryJobs(ids);
    for (const job of jobs) this.tell("jobUpdated", job);
    return jobs;
  }

  /** Deletes jobs that are not running. */
  async remove(ids: readonly string[]): Promise<readonly string[]> {
    const jobs = new Map((await this.#store.getJobs({ ids })).map((job) => [job.id, job]));
    const children = await this.#store.getJobs({ after: ids, states: ["blocked"] });
    const removed = await this.#store.removeJobs(ids);
    for (const id of removed) {
      const job = jobs.get(id);
      if (job) this.tell("jobRemoved", job);
    }
    if (children.length > 0) await this.#tellCancelled(children.map(({ id }) => id));
    return removed;
  }

  /** Takes the work of a scheduler that is gone; undefined when it was alive after all. */
  async takeOver(
    incarnation: number,
    seenLeaseUntilMs: number | null,
    endings: readonly RunEnding[],
  ): Promise<boolean> {
    const plain = endings.map(({ fence, transition }) => ({ fence, transition }));
    const accepted = await this.#store.takeOver(incarnation, seenLeaseUntilMs, plain);
    endings.forEach((ending, i) => accepted?.[i] && this.#tellEnding(ending));
    const ended = accepted === undefined
      ? []
      : endings.filter(({ transition }) => transition.to === "finished");
    await this.#tellCascades(ended.map(({ job }) => [job.id, job.startedAtMs ?? 0]));
    return accepted !== undefined;
  }

  /** Tells that a job's function is called now. */
  tellStarted(job: JobRecord): void {
    this.#jobs.started(job);
  }

  /** Tells something about a job that is not its end. */
  tell(type: JobEvent["type"], job: JobRecord, more?: Pick<JobEvent, "reason" | "runAtMs">): void {
    this.#jobs.publish(type, job, more);
  }

  /** Keeps lines of a job's log. */
  keepLog(job: JobRecord, part: LogBatch["part"], lines: readonly LogLine[]): Promise<void> {
    return this.#store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part, lines }]);
  }

  /** Passes a line of a job's log on. */
  log(
    job: JobRecord,
    level: "debug" | "info" | "warn" | "error",
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    this.#teller.publish({ type: "jobLog", jobId: job.id, taskName: job.taskName, level, message, fields });
  }

  /**
   * Tells of the jobs that ended with these, because they waited for them: ids, with the time since when. What cannot
   * be read now is not told; it is written all the same.
   */
  async #tellCascades(failed: readonly (readonly [id: string, sinceMs: number])[]): Promise<void> {
    for (let parents = new Map(failed); parents.size > 0;) {
      const children = await this.#store.getJobs({ after: [...parents.keys()], outcomes: ["cancelled"] })
        .catch(() => []);
      const ended = children.filter((job) => {
        const sinceMs = parents.get(cascadedFrom(job) ?? "");
        return sinceMs !== undefined && sinceMs <= (job.finishedAtMs ?? 0);
      });
      for (const job of ended.toReversed()) this.#jobs.finished(job, "cancelled", job.error, null);
      parents = new Map(ended.map(endOf));
    }
  }

  /** Tells of those of these jobs that were cancelled, and of those that ended with them. */
  async #tellCancelled(ids: readonly string[]): Promise<void> {
    const cancelled = await this.#store.getJobs({ ids, outcomes: ["cancelled"] }).catch(() => []);
    for (const job of cancelled.toReversed()) this.#jobs.finished(job, "cancelled", job.error, null);
    await this.#tellCascades(cancelled.map(endOf));
  }

  #tellEnding(ending: RunEnding): void {
    const { job, transition } = ending;
    switch (transition.to) {
      case "finished": {
        const { outcome, error } = transition;
        this.#listener?.onEnded(job, transition);
        // A success that nobody waits for and nobody hears of needs no event.
        if (outcome === "success" && !this.#jobs.hasSubscribers && !this.#listener?.awaits(job.id)) return;
        return this.#jobs.finished(job, outcome, error, ending);
      }
      case "retry": {
        const reason = transition.error?.message ?? "";
        return this.tell("jobRetrying", job, { runAtMs: nextRunAtMs(ending, transition.delayMs), reason });
      }
      case "snooze":
        return this.tell("jobSnoozed", job, { runAtMs: nextRunAtMs(ending, transition.delayMs) });
      case "handBack":
        return this.tell("jobHandedBack", job);
      case "parked":
        return this.tell("jobParked", job, { reason: transition.reason });
    }
  }
}

const noJobs: ReadonlyMap<number, JobRecord> = new Map();

function isSuccess({ transition }: RunEnding): boolean {
  return transition.to === "finished" && transition.outcome === "success";
}

function endOf({ id, finishedAtMs }: JobRecord): readonly [id: string, sinceMs: number] {
  return [id, finishedAtMs ?? 0];
}

function nextRunAtMs({ job, durationMs }: RunEnding, delayMs: number): number {
  return Math.round((job.startedAtMs ?? 0) + (durationMs ?? 0) + delayMs);
}
