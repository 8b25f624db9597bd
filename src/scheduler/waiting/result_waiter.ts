import type { CarillonEvent } from "../../events/event.ts";
import type { JobRecord, JobTransition, NewJob } from "../../model/job_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { AddCall } from "../claiming/job_adder.ts";
import type { FinishedJobs } from "../claiming/solo_runs.ts";
import type { EndListener } from "../store/gateway/job_gateway.ts";
import type { OwnEventListener } from "../store/gateway/event_publisher.ts";
import { type EndedJob, JobWait, NewJobWait, type NewJobWaiter, type Waiting } from "./job_wait.ts";

/** Longest wait before awaited jobs are looked up where no change is reported. */
const POLL_MS = 1000;
/** Awaited jobs that may be looked up in a millisecond when others change the store all the time. */
const LOOKS_PER_MS = 10;
/** Awaited jobs that may be looked up in a millisecond where no change is reported. */
const POLLS_PER_MS = 0.5;
/** Number of awaited jobs from which the feed is read for their ends: for fewer, looking them all up is one call less. */
const FEED_FROM = 20;

/** Time for which a job is awaited before it is looked into, and number of the oldest waits that are. */
const STALL = { afterMs: 5000, jobs: 5 };

/** Notified of jobs that have been awaited for long. */
export interface StallListener {
  /** Resolves to true if that was reported, which is enough. */
  stalled(jobId: string): Promise<boolean>;
}

/**
 * Waits for jobs to finish (or to be parked, or to be gone). Ends in this process are known at once by its events; those in
 * others by the store's watch, and in the end by looking the jobs up.
 */
export class ResultWaiter implements OwnEventListener, EndListener, FinishedJobs {
  readonly #store: DataStore;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #ended: EndedJobs;
  #unwatch: (() => void) | undefined;
  #timer: Timer | undefined;
  /** Jobs that an event was about, to be looked up. */
  #reported = new Set<string>();
  #looking = false;
  #readingFeed = false;
  #isStale = false;
  /** Notified of waits in which nothing happens. */
  stalls: StallListener | undefined;
  /** The oldest awaited jobs, each with the time from which it is to be looked into. */
  #oldest = new Map<string, number>();
  /** Time at which all of them were last looked up. */
  #lookedMs = -Infinity;
  readonly #newJobs: NewJobWaiter = {
    look: (jobId) => void this.#look([jobId]),
    drop: (jobId, waiting) => this.#drop(jobId, waiting),
  };

  constructor(store: DataStore, clock: Clock) {
    this.#store = store;
    this.#ended = new EndedJobs(store);
    this.#clock = clock;
  }

  /** Notes an event about a job. */
  onEvent(event: CarillonEvent): void {
    const ends = event.type === "jobFinished" || event.type === "jobParked" || event.type === "jobRemoved";
    if (ends && this.#waiting.has(event.jobId)) void this.#look([event.jobId]);
  }

  /**
   * Notes how a job ended in this process, once that is written: those that wait for its value only get it without a look.
   * To be called before the end is published.
   */
  onEnded(job: JobRecord, { outcome, value, error }: JobTransition & { readonly to: "finished" }): void {
    const all = this.#waiting.get(job.id);
    if (all === undefined) return;
    const { id, taskName, attempt } = job;
    const end: EndedJob = {
      id,
      taskName,
      state: "finished",
      outcome,
      value,
      error,
      attempt,
      parkedReason: null,
    };
    for (const waiting of [...all]) {
      if (waiting.ended === undefined) continue;
      this.#drop(id, waiting);
      waiting.ended(end);
    }
  }

  /** True if a job is awaited. */
  awaits(jobId: string): boolean {
    return this.#waiting.has(jobId);
  }

  /** Resolves to the job once it is finished or parked; to undefined when there is none, or no longer. */
  wait(
    jobId: string,
    signal?: AbortSignal,
    pending?: () => boolean,
  ): Promise<JobRecord | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = () => {
        if (this.#drop(jobId, waiting)) reject(signal?.reason);
      };
      const over = () => signal?.removeEventListener("abort", giveUp);
      const waiting = new JobWait(resolve, reject, over, pending);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#enter(jobId, waiting);
      void this.#look([jobId]);
    });
  }

  /**
   * Adds a job and waits for its value: where it runs in this process, that costs no look. `add` must notify the call of
   * its outcome.
   */
  waitForNew(job: NewJob, add: (call: AddCall) => void): Promise<EndedJob | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = new NewJobWait(job, resolve, reject, this.#newJobs);
      this.#enter(job.id, waiting);
      add(waiting);
    });
  }

  /** Looks all awaited jobs up: others may have ended them. */
  lookAgain(): void {
    if (this.#waiting.size > 0) this.#lookAtAll();
  }

  /** Looks once more: the waits for jobs that have just finished resolve. Never rejects. */
  async lastLook(): Promise<void> {
    if (this.#waiting.size > 0) await this.#lookOnce([...this.#waiting.keys()]).catch(() => {});
  }

  /** Ends all waits with an error. */
  close(error: unknown): void {
    for (const [jobId, all] of [...this.#waiting]) {
      for (const waiting of [...all]) {
        this.#drop(jobId, waiting);
        waiting.reject(error);
      }
    }
  }

  #enter(jobId: string, waiting: Waiting): void {
    const all = this.#waiting.get(jobId);
    if (all) all.push(waiting);
    else this.#waiting.set(jobId, [waiting]);
    this.#watch();
  }

  #watch(): void {
    this.#unwatch ??= this.#store.watch(() => this.#changed());
    this.#timer ??= this.#clock.setTimer(
      () => this.#timeIsUp(),
      Math.max(POLL_MS, this.#waiting.size / POLLS_PER_MS),
    );
  }

  /** The store was changed by others: looks up what may have ended. */
  #changed(): void {
    if (this.#waiting.size < FEED_FROM) return this.#lookAtAll();
    this.#isStale = true;
    if (!this.#readingFeed) void this.#readFeed();
  }

  /** Where many jobs are awaited, most changes are about none of them: so first the ends are read from the feed. */
  async #readFeed(): Promise<void> {
    this.#readingFeed = true;
    try {
      while (this.#isStale && this.#waiting.size > 0) {
        this.#isStale = false;
        const ended = await this.#ended.since(2 * this.#waiting.size);
        if (ended === undefined) this.#lookAtAll();
        else await this.#look(ended.filter((id) => this.#waiting.has(id)));
      }
    } catch {
      // The store cannot be reached: the next change reads again, and the timer looks.
    } finally {
      this.#readingFeed = false;
    }
  }

  #timeIsUp(): void {
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    this.#lookedMs = -Infinity;
    this.#watch();
    this.#lookAtAll();
    if (this.stalls !== undefined) this.#noteStalls(this.stalls);
  }

  /** Only the oldest waits are looked into: what is behind them mostly waits for the same. */
  #noteStalls(listener: StallListener): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#oldest;
    const oldest = this.#oldest = new Map<string, number>();
    for (const jobId of this.#waiting.keys()) {
      // It was first awaited since the last time.
      oldest.set(jobId, before.get(jobId) ?? nowMs - POLL_MS + STALL.afterMs);
      if (oldest.size === STALL.jobs) break;
    }
    for (const [jobId, fromMs] of oldest) {
      if (nowMs < fromMs) continue;
      oldest.set(jobId, nowMs + STALL.afterMs);
      void listener.stalled(jobId).then((isReported) => {
        if (isReported) this.#oldest.set(jobId, Infinity);
      });
    }
  }

  /** Looks all of them up, soon where it was done just now: many waiting jobs times many changes would be too much. */
  #lookAtAll(): void {
    const nowMs = this.#clock.monotonicMs();
    const waitMs = this.#lookedMs + Math.floor(this.#waiting.size / LOOKS_PER_MS) - nowMs;
    if (waitMs > 0) {
      this.#timer?.cancel();
      this.#timer = this.#clock.setTimer(() => this.#timeIsUp(), waitMs);
      return;
    }
    this.#lookedMs = nowMs;
    void this.#look(this.#waiting.keys());
  }

  #drop(jobId: string, waiting: Waiting): boolean {
    const all = this.#waiting.get(jobId);
    const index = all?.indexOf(waiting) ?? -1;
    if (!all || index < 0) return false;
    waiting.over();
    all.splice(index, 1);
    if (all.length === 0) this.#waiting.delete(jobId);
    if (this.#waiting.size === 0) {
      this.#unwatch?.();
      this.#timer?.cancel();
      this.#ended.forget();
      this.#oldest.clear();
      this.#unwatch = this.#timer = undefined;
    }
    return true;
  }

  /** Looks jobs up, one read at a time; those that are reported meanwhile go into the next one. */
  async #look(ids: Iterable<string>): Promise<void> {
    for (const id of ids) this.#reported.add(id);
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#reported.size > 0) {
        const reported = [...this.#reported].filter((id) => this.#waiting.has(id));
        this.#reported = new Set();
        if (reported.length > 0) await this.#lookOnce(reported);
      }
    } catch {
      // The store cannot be reached: the next look tries again.
    } finally {
      this.#looking = false;
    }
  }

  #waitingFor(jobId: string): readonly { readonly waiting: Waiting; readonly wasStored: boolean }[] {
    return [...this.#waiting.get(jobId) ?? []].map((waiting) => ({
      waiting,
      wasStored: !waiting.isPending,
    }));
  }

  async #lookOnce(ids: readonly string[]): Promise<void> {
    // The answer does not count for waits that came, nor for jobs that were stored, after the call was sent.
    const awaited = ids.map((id) => [id, this.#waitingFor(id)] as const);
    const jobs = new Map((await this.#store.getJobs({ ids })).map((job) => [job.id, job]));
    for (const [id, all] of awaited) {
      const job = jobs.get(id);
      // A job that is only parked for want of a scheduler that knows its task may still be taken up.
      const over = !job || job.state === "finished" || (job.state === "parked" && job.parkedReason !== null);
      if (!over) continue;
      for (const { waiting, wasStored } of all) {
        if ((job || wasStored) && this.#drop(id, waiting)) waiting.resolve(job);
      }
    }
  }
}

/** Follows the feed of a store for the jobs that end, without reading any job. */
class EndedJobs {
  readonly #store: DataStore;
  #position: number | undefined;

  constructor(store: DataStore) {
    this.#store = store;
  }

  /**
   * The ids of the jobs that have ended since the last call. Undefined where they are not known (at the first call, and
   * after more than `max` changes): then any job may have ended until now, and the next call returns those that end later.
   */
  async since(max: number): Promise<readonly string[] | undefined> {
    const after = this.#position;
    const { changes, deletedUpTo, last } = await this.#store.readChanges({
      after: after ?? 0,
      limit: after === undefined ? 0 : max,
    });
    const isKnown = after !== undefined && changes.length < max && deletedUpTo <= after && after <= last;
    this.#position = isKnown ? changes.at(-1)?.seq ?? after : last;
    if (!isKnown) return undefined;
    return changes.flatMap((change) => change.type === "jobFinished" ? [change.jobId] : []);
  }

  /** Stops following: the next call is a first one. */
  forget(): void {
    this.#position = undefined;
  }
}
