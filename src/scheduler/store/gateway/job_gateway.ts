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
  /** Given where the function may have ended the run within a transaction. */
  readonly earlier?: EarlierEnd | undefined;
}

/** An end within a transaction of the run's function. */
export interface EarlierEnd {
  /** Resolves to true if the run was ended so, and notes and publishes that. */
  settle(durationMs: number | null): Promise<boolean>;
}

/** Notified of how a job ended here, once that is written and before its event is published. */
export interface EndListener {
  onEnded(job: JobRecord, end: Finish): void;
  /** True if the end of a job is awaited here. */
  awaits(jobId: string): boolean;
}

/** Notified of what a claim took before any of that is published. */
export interface ClaimListener {
  claimAnswered(answer: ClaimAnswer): void;
}

type Finish = Extract<JobTransition, { readonly to: "finished" }>;

/** Writes jobs and publishes the events of that. */
export class JobGateway {
  readonly #store: DataStore;
  readonly #publisher: EventPublisher;
  readonly #events: JobEvents;
  readonly #endListener: EndListener;

  constructor(store: DataStore, publisher: EventPublisher, endListener: EndListener) {
    this.#store = store;
    this.#publisher = publisher;
    this.#events = new JobEvents(publisher);
    this.#endListener = endListener;
  }

  /** Adds jobs. */
  async add(jobs: readonly NewJob[], claim?: ClaimRequest): Promise<AddAnswer> {
    const answer = await this.#store.addJobs(jobs, claim);
    this.#events.added(jobs, answer);
    this.#events.claimed(answer.claimed);
    return answer;
  }

  /** Adds jobs within a transaction of the caller. Publishes nothing: it is not known yet whether it will be committed. */
  async addWithin(transaction: JobTransaction, jobs: readonly NewJob[]) {
    return await (await this.#store.within(transaction)).addJobs(jobs);
  }

  /** Finishes a run within a transaction of its function; resolves to true if the fence held. Publishes nothing either. */
  async endWithin(transaction: JobTransaction, ending: JobEnding): Promise<boolean> {
    return await (await this.#store.within(transaction)).endJob(ending);
  }

  /** Publishes the end of a run that was finished within a transaction of its function. */
  publishFinishedWithin(job: JobRecord, ending: EndFacts): void {
    const { value } = job;
    this.#endListener.onEnded(job, { to: "finished", outcome: "success", value, error: null, keepMs: null });
    this.#events.finished(job, "success", null, ending);
  }

  /**
   * Claims jobs, after the ends of runs in the same step; jobs whose deadline has passed end on the way. The listener gets
   * the answer before any of that is published.
   */
  async claim(
    request: ClaimRequest,
    endings: readonly RunEnding[] = [],
    listener?: ClaimListener,
  ): Promise<ClaimAnswer> {
    const answer = await this.#store.claimJobs(request, endings);
    listener?.claimAnswered(answer);
    if (endings.length > 0) await this.#publishHeld(endings, answer.held);
    for (const job of answer.missed) this.#events.finished(job, job.outcome!, job.error, null);
    if (answer.missed.length > 0) await this.#publishCascades(answer.missed.map(endOf));
    this.#events.claimed(answer.claimed);
    return answer;
  }

  /** Ends runs; resolves to where the fence held. Only those ends are published. */
  async end(endings: readonly RunEnding[]): Promise<readonly boolean[]> {
    const accepted = await this.#store.endJobs(endings);
    await this.#publishHeld(endings, accepted);
    return accepted;
  }

  async #publishHeld(endings: readonly RunEnding[], accepted: readonly boolean[]): Promise<void> {
    let held = accepted.every(Boolean) ? endings : endings.filter((_, i) => accepted[i]);
    if (held.some(({ earlier }) => earlier !== undefined)) held = await withoutEarlier(held);
    if (held.every(isSuccess)) { for (const ending of held) this.#publishEnding(ending); }
    else await this.#publishMixed(held);
  }

  /** Publishes ends among which there are others than successes. */
  async #publishMixed(held: readonly RunEnding[]): Promise<void> {
    const cancelled = await this.#cancelledInstead(held);
    for (const ending of held) {
      const job = cancelled.get(ending.job.seq);
      if (job) this.#events.finished(job, "cancelled", job.error, ending);
      else this.#publishEnding(ending);
    }
    const failed = held.filter((ending) =>
      cancelled.has(ending.job.seq) || (ending.transition.to === "finished" && !isSuccess(ending))
    );
    await this.#publishCascades(failed.map(({ job }) => [job.id, job.startedAtMs ?? 0]));
  }

  /** Runs that were asked to stop meanwhile: the store ended them as cancelled, whatever their owner wanted. */
  async #cancelledInstead(endings: readonly RunEnding[]): Promise<ReadonlyMap<number, JobRecord>> {
    const open = endings.filter(({ transition }) => transition.to !== "finished");
    if (open.length === 0) return noJobs;
    const claims = new Map(open.map(({ fence }) => [fence.seq, fence.claimNumber]));
    const jobs = await this.#jobsAsRead({ payloads: false, ids: open.map(({ job }) => job.id) });
    return new Map(
      jobs.filter((job) => job.outcome === "cancelled" && claims.get(job.seq) === job.claimNumber)
        .map((job) => [job.seq, job]),
    );
  }

  /** Writes the progress of a job. */
  async progress(job: JobRecord, fence: JobFence, progress: JobProgress): Promise<void> {
    await this.#store.putProgress([{ fence, progress }]);
    this.#publisher.publish({ type: "jobProgress", jobId: job.id, taskName: job.taskName, progress });
  }

  /** Cancels jobs. */
  async cancel(ids: readonly string[], request: CancelRequest): Promise<CancelAnswer> {
    const answer = await this.#store.cancelJobs(ids, request);
    for (const job of answer.cancelled) this.#events.finished(job, job.outcome!, job.error, null);
    await this.#publishCascades(answer.cancelled.map(endOf));
    for (const job of answer.requested) this.publish("jobCancelRequested", job, { reason: request.reason });
    return answer;
  }

  /** Changes a waiting job. */
  async update(id: string, change: JobChange): Promise<JobRecord | undefined> {
    const job = await this.#store.updateJob(id, change);
    if (job) this.publish("jobUpdated", job);
    return job;
  }

  /** Makes finished or parked jobs ready again. */
  async retry(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const jobs = await this.#store.retryJobs(ids);
    for (const job of jobs) this.publish("jobUpdated", job);
    return jobs;
  }

  /** Deletes jobs that are not running. */
  async remove(ids: readonly string[]): Promise<readonly string[]> {
    const jobs = new Map((await this.#store.getJobs({ ids, payloads: false })).map((job) => [job.id, job]));
    const children = await this.#store.getJobs({ after: ids, states: ["blocked"], payloads: false });
    const removed = await this.#store.removeJobs(ids);
    for (const id of removed) {
      const job = jobs.get(id);
      if (job) this.publish("jobRemoved", job);
    }
    if (children.length > 0) await this.#publishCancelled(children.map(({ id }) => id));
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
    endings.forEach((ending, i) => accepted?.[i] && this.#publishEnding(ending));
    const ended = accepted === undefined
      ? []
      : endings.filter(({ transition }) => transition.to === "finished");
    await this.#publishCascades(ended.map(({ job }) => [job.id, job.startedAtMs ?? 0]));
    return accepted !== undefined;
  }

  /** Publishes that a job's function is called now. */
  publishStarted(job: JobRecord): void {
    this.#events.started(job);
  }

  /** Publishes an event about a job that is not its end. */
  publish(type: JobEvent["type"], job: JobRecord, more?: Pick<JobEvent, "reason" | "runAtMs">): void {
    this.#events.publish(type, job, more);
  }

  /** Writes lines of a job's log. */
  keepLog(job: JobRecord, part: LogBatch["part"], lines: readonly LogLine[]): Promise<void> {
    return this.#store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part, lines }]);
  }

  /** Publishes a line of a job's log. */
  log(
    job: JobRecord,
    level: "debug" | "info" | "warn" | "error",
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    this.#publisher.publish({
      type: "jobLog",
      jobId: job.id,
      taskName: job.taskName,
      level,
      message,
      fields,
    });
  }

  /**
   * Publishes the ends of the jobs that ended with these, because they waited for them: ids, with the time since when.
   * What cannot be read now is not published; it is written all the same.
   */
  async #publishCascades(failed: readonly (readonly [id: string, sinceMs: number])[]): Promise<void> {
    for (let parents = new Map(failed); parents.size > 0;) {
      const children = await this.#jobsAsRead({
        payloads: false,
        after: [...parents.keys()],
        outcomes: ["cancelled"],
      });
      const ended = children.filter((job) => {
        const sinceMs = parents.get(cascadedFrom(job) ?? "");
        return sinceMs !== undefined && sinceMs <= (job.finishedAtMs ?? 0);
      });
      for (const job of ended.toReversed()) this.#events.finished(job, "cancelled", job.error, null);
      parents = new Map(ended.map(endOf));
    }
  }

  /** Publishes the ends of those of these jobs that were cancelled, and of those that ended with them. */
  async #publishCancelled(ids: readonly string[]): Promise<void> {
    const cancelled = await this.#jobsAsRead({ payloads: false, ids, outcomes: ["cancelled"] });
    for (const job of cancelled.toReversed()) this.#events.finished(job, "cancelled", job.error, null);
    await this.#publishCascades(cancelled.map(endOf));
  }

  /** Jobs to publish events about; none where they cannot be read, as what was written is written. */
  async #jobsAsRead(filter: Parameters<DataStore["getJobs"]>[0]): Promise<readonly JobRecord[]> {
    try {
      return await this.#store.getJobs(filter);
    } catch {
      return [];
    }
  }

  #publishEnding(ending: RunEnding): void {
    const { job, transition } = ending;
    switch (transition.to) {
      case "finished": {
        const { outcome, error } = transition;
        this.#endListener.onEnded(job, transition);
        // A success that is not awaited and has no subscribers needs no event.
        if (outcome === "success" && !this.#events.hasSubscribers && !this.#endListener.awaits(job.id)) {
          return;
        }
        return this.#events.finished(job, outcome, error, ending);
      }
      case "retry": {
        const reason = transition.error?.message ?? "";
        return this.publish("jobRetrying", job, { runAtMs: nextRunAtMs(ending, transition.delayMs), reason });
      }
      case "snooze":
        return this.publish("jobSnoozed", job, { runAtMs: nextRunAtMs(ending, transition.delayMs) });
      case "handBack":
        return this.publish("jobHandedBack", job);
      case "parked":
        return this.publish("jobParked", job, { reason: transition.reason });
    }
  }
}

const noJobs: ReadonlyMap<number, JobRecord> = new Map();

/**
 * The store accepts a success for a run that has ended as one already: an end within a transaction whose commit was not
 * seen before is published as what it is, with its own value.
 */
async function withoutEarlier(held: readonly RunEnding[]): Promise<readonly RunEnding[]> {
  const settled = await Promise.all(
    held.map(({ earlier, durationMs }) => earlier?.settle(durationMs).catch(() => false) ?? false),
  );
  return held.filter((_, index) => !settled[index]);
}

function isSuccess({ transition }: RunEnding): boolean {
  return transition.to === "finished" && transition.outcome === "success";
}

function endOf({ id, finishedAtMs }: JobRecord): readonly [id: string, sinceMs: number] {
  return [id, finishedAtMs ?? 0];
}

function nextRunAtMs({ job, durationMs }: RunEnding, delayMs: number): number {
  return Math.round((job.startedAtMs ?? 0) + (durationMs ?? 0) + delayMs);
}
