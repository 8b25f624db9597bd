import type { CarillonEvent } from "../../events/event.ts";
import type { JobRecord, JobTransition, NewJob } from "../../model/job_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { EndedJob } from "../jobs/job_outcome.ts";
import { EndedJobs } from "./ended_jobs.ts";
import type { AddCall } from "../claiming/job_adder.ts";
import { NewJobWait, type NewJobWaiter, stored, type Waiting } from "./new_job_wait.ts";

/** How often awaited jobs are looked up when nobody tells about them. */
const POLL_MS = 1000;
/** So many awaited jobs may be looked up in a millisecond when others change the store all the time. */
const LOOKS_PER_MS = 10;
/** So many of them may be looked up in a millisecond when nobody tells. */
const POLLS_PER_MS = 0.5;
/** From so many awaited jobs on the feed is asked which have ended: for fewer, looking them all up is one call less. */
const FEED_FROM = 20;

/**
 * Waits for jobs to finish (or to be parked, or to be gone). What happens in this process is known at once by
 * its events; what happens elsewhere by the store's watch, and in the end by looking.
 */
export class ResultWaiter {
  readonly #store: DataStore;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #ended: EndedJobs;
  #unwatch: (() => void) | undefined;
  #timer: Timer | undefined;
  /** Jobs that something was heard about, to be looked up. */
  #heard = new Set<string>();
  #looking = false;
  #asking = false;
  #isStale = false;
  /** When all of them were last looked up. */
  #lookedMs = -Infinity;
  readonly #newcomers: NewJobWaiter = {
    look: (jobId) => void this.#look([jobId]),
    drop: (jobId, waiting) => this.#drop(jobId, waiting),
  };

  constructor(store: DataStore, clock: Clock) {
    this.#store = store;
    this.#ended = new EndedJobs(store);
    this.#clock = clock;
  }

  /** Notes an event of this process. */
  onEvent(event: CarillonEvent): void {
    const ends = event.type === "jobFinished" || event.type === "jobParked" || event.type === "jobRemoved";
    if (ends && this.#waiting.has(event.jobId)) void this.#look([event.jobId]);
  }

  /**
   * Notes how a job ended in this process, once that is written: whoever waits for its value only has it without a look.
   * To be called before the end is told.
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

  /** Whether somebody waits for a job. */
  awaits(jobId: string): boolean {
    return this.#waiting.has(jobId);
  }

  /** The job once it is finished or parked; undefined when there is none (any more). */
  wait(
    jobId: string,
    signal?: AbortSignal,
    pending: () => boolean = stored,
  ): Promise<JobRecord | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = () => {
        if (this.#drop(jobId, waiting)) reject(signal?.reason);
      };
      const over = () => signal?.removeEventListener("abort", giveUp);
      const waiting: Waiting = { resolve, reject, over, ended: undefined, isPending: pending };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#enter(jobId, waiting);
      void this.#look([jobId]);
    });
  }

  /**
   * Adds a job and waits for its value: where it runs in this process, that costs no look. `add` is to tell the call what
   * became of it.
   */
  waitForNew(job: NewJob, add: (call: AddCall) => void): Promise<EndedJob | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = new NewJobWait(job, resolve, reject, this.#newcomers);
      this.#enter(job.id, waiting);
      add(waiting);
    });
  }

  /** Looks all awaited jobs up: others may have ended them. */
  lookAgain(): void {
    if (this.#waiting.size > 0) this.#lookAtAll();
  }

  /** Gives all waiting up with an error, after a last look: what has just finished is answered. */
  async close(error: unknown): Promise<void> {
    if (this.#waiting.size === 0) return;
    await this.#lookOnce([...this.#waiting.keys()]).catch(() => {});
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

  /** Somebody changed the store: looks up what may have ended. */
  #changed(): void {
    if (this.#waiting.size < FEED_FROM) return this.#lookAtAll();
    this.#isStale = true;
    if (!this.#asking) void this.#askFeed();
  }

  /** Where many wait, most changes are about none of them: so first it is asked which jobs have ended. */
  async #askFeed(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#isStale && this.#waiting.size > 0) {
        this.#isStale = false;
        const ended = await this.#ended.since(2 * this.#waiting.size);
        if (ended === undefined) this.#lookAtAll();
        else await this.#look(ended.filter((id) => this.#waiting.has(id)));
      }
    } catch {
      // The store is out of reach: the next change asks again, and the timer looks.
    } finally {
      this.#asking = false;
    }
  }

  #timeIsUp(): void {
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    this.#lookedMs = -Infinity;
    this.#watch();
    this.#lookAtAll();
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
      this.#unwatch = this.#timer = undefined;
    }
    return true;
  }

  /** Looks jobs up, one read at a time; what is heard meanwhile goes into the next one. */
  async #look(ids: Iterable<string>): Promise<void> {
    for (const id of ids) this.#heard.add(id);
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#heard.size > 0) {
        const heard = [...this.#heard].filter((id) => this.#waiting.has(id));
        this.#heard = new Set();
        if (heard.length > 0) await this.#lookOnce(heard);
      }
    } catch {
      // The store is out of reach: the next look asks again.
    } finally {
      this.#looking = false;
    }
  }

  #waitingFor(jobId: string): readonly { readonly waiting: Waiting; readonly wasStored: boolean }[] {
    return [...this.#waiting.get(jobId) ?? []].map((waiting) => ({
      waiting,
      wasStored: !waiting.isPending(),
    }));
  }

  async #lookOnce(ids: readonly string[]): Promise<void> {
    // An answer says nothing to whoever came, and nothing of a job that was stored, after the question was sent.
    const asking = ids.map((id) => [id, this.#waitingFor(id)] as const);
    const jobs = new Map((await this.#store.getJobs({ ids })).map((job) => [job.id, job]));
    for (const [id, all] of asking) {
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
