import type { JobIdentity } from "../../src/model/identity_options.ts";
import type { JobEnding, JobRecord, JobTransition, NewJob } from "../../src/model/job_record.ts";
import type { TaskVersion } from "../../src/model/task_record.ts";
import type { JobChange } from "../../src/stores/job_store.ts";
import { type BookedJob, runs } from "./booked_job.ts";
import type { EndRules } from "./end_rules.ts";
import { FlowBook } from "./flow_book.ts";
import { IdentityBook } from "./identity_book.ts";
import type { Violations } from "./violations.ts";

/** A second account of all jobs, kept from what the store said it did. */
export class JobBook {
  readonly jobs = new Map<string, BookedJob>();
  readonly running = new Set<BookedJob>();
  readonly waiting = new Set<BookedJob>();
  readonly parked = new Set<BookedJob>();
  readonly #bySeq = new Map<number, BookedJob>();
  readonly flows: FlowBook;
  readonly #identities = new IdentityBook();
  readonly #violations: Violations;
  readonly #endRules: EndRules;

  constructor(violations: Violations, endRules: EndRules) {
    this.#violations = violations;
    this.#endRules = endRules;
    this.flows = new FlowBook(violations, (job, storeMs) => this.#cancelWithParent(job, storeMs));
  }

  /** A job was stored; `answered` says which jobs stand for ids of the same call. */
  added(job: NewJob, storeMs: number, answered: ReadonlyMap<string, string> = new Map()): void {
    // The id of a removed job is free again, and a call that arrives late may add it once more.
    const before = this.jobs.get(job.id);
    const free = before === undefined || before.state === "removed";
    this.#violations.unless(free, () => `job ${job.id} was added a second time`);
    const rival = job.identity && this.#identities.newest(job.taskName, job.identity, storeMs);
    this.#violations.unless(
      rival === undefined,
      () => `job ${job.id} was added although ${rival?.id} stands for it`,
    );
    const booked: BookedJob = {
      id: job.id,
      order: this.jobs.size,
      taskName: job.taskName,
      scheduleSeq: job.scheduleSeq,
      fireTimeMs: job.fireTimeMs,
      taskVersion: job.taskVersion,
      identityKey: job.identity?.key ?? null,
      createdAtMs: storeMs,
      state: "waiting",
      fence: undefined,
      cancelRequested: false,
      attempt: 0,
      outcome: undefined,
      runAtMs: job.runAtMs ?? storeMs,
      priority: job.priority,
      tags: job.tags,
      key: job.concurrencyKey,
      rateKey: job.rateKey,
      deadlineMs: job.startDeadlineMs,
      expiresAtMs: null,
      claimedMs: 0,
    };
    this.jobs.delete(job.id);
    this.jobs.set(job.id, booked);
    this.#identities.add(booked);
    this.waiting.add(booked);
    if (job.parents === undefined) return;
    const parents = job.parents.ids.map((id) => this.jobs.get(answered.get(id) ?? id));
    const known = [...new Set(parents.filter((parent) => parent !== undefined))];
    this.flows.added(booked, known, job.parents.onFailure, storeMs);
  }

  /** A job was not stored, as another one stands for it; that one may have taken over what was said. */
  stoodFor(job: NewJob, by: string, replaced: boolean, storeMs: number): void {
    const known = this.jobs.get(by);
    if (by === job.id && !replaced) {
      return this.#violations.unless(
        known !== undefined && known.state !== "removed",
        () => `job ${job.id} was taken to be there already, and is not`,
      );
    }
    const rival = job.identity && this.#identities.newest(job.taskName, job.identity, storeMs);
    this.#violations.unless(
      rival !== undefined && rival === known,
      () => `job ${job.id} was not added as ${by} stands for it, but ${rival?.id ?? "none"} does`,
    );
    if (!replaced || !known) return;
    const { maxWaitMs } = (job.identity as JobIdentity).replace!;
    const latestMs = maxWaitMs === null ? Infinity : known.createdAtMs + maxWaitMs;
    known.runAtMs = Math.min(job.runAtMs ?? storeMs, latestMs);
    known.priority = job.priority;
    known.taskVersion = job.taskVersion;
    known.tags = job.tags;
    known.key = job.concurrencyKey;
    known.rateKey = job.rateKey;
    known.deadlineMs = job.startDeadlineMs;
    this.#become(known, "waiting");
  }

  /** A job was taken; the store's clock was no later than that. */
  claimed(record: JobRecord, storeMs: number, trueMs: number): void {
    const job = this.jobs.get(record.id);
    if (!job) return this.#violations.add(`job ${record.id} was claimed, but never added`);
    this.#bySeq.set(record.seq, job);
    const before = job.fence?.claimNumber ?? 0;
    const holds = (rule: boolean, what: string) =>
      this.#violations.unless(rule, () => `job ${job.id} was claimed ${what}`);
    holds(job.state === "waiting", `while it was ${job.state} (${JSON.stringify(job.fence)})`);
    holds(!this.flows.waits(job), "while it waits for its parents");
    holds(record.claimNumber > before, "under a number that did not grow");
    holds(record.runAtMs <= storeMs && job.runAtMs <= storeMs, "before its runAt");
    holds(
      record.attempt === job.attempt + 1,
      `at attempt ${record.attempt} after ${job.attempt} that count`,
    );
    holds(
      job.attempt > 0 || job.deadlineMs === null || job.deadlineMs >= record.startedAtMs!,
      "after its start deadline",
    );
    job.fence = { seq: record.seq, incarnation: record.owner!, claimNumber: record.claimNumber };
    job.attempt = record.attempt;
    job.claimedMs = trueMs;
    this.#become(job, "running");
  }

  /** A run's end was sent; `accepted` is what the store said. Answers the job where it took effect. */
  ended(ending: JobEnding, accepted: boolean, by: string, storeMs: number): BookedJob | undefined {
    const { fence, transition } = ending;
    const job = this.#bySeq.get(fence.seq);
    if (!job) return this.#violations.add(`${by} ended row ${fence.seq}, which nobody claimed`);
    const sameClaim = job.fence?.incarnation === fence.incarnation &&
      job.fence.claimNumber === fence.claimNumber;
    const holds = job.state === "running" && sameClaim;
    if (!accepted) {
      const text = () => `the end of job ${job.id} by its owner was refused: ${transition.to} by ${by}`;
      return this.#violations.unless(!holds, text);
    }
    if (holds) return this.#end(job, transition, storeMs);
    const repeated = job.state === "finished" && transition.to === "finished" && sameClaim &&
      transition.outcome === job.outcome;
    const whose = () =>
      `claim ${fence.claimNumber} of ${fence.incarnation}, but it is ${job.state} under ${
        JSON.stringify(job.fence)
      }`;
    return this.#violations.unless(repeated, () => `${by} ended job ${job.id} of ${whose()}`);
  }

  /** A waiting job is over without a run. */
  over(record: JobRecord, storeMs: number): void {
    const job = this.jobs.get(record.id);
    if (!job) return this.#violations.add(`job ${record.id} ended, but was never added`);
    this.#violations.unless(
      job.state === "waiting" || job.state === "parked",
      () => `job ${job.id} ended as ${record.outcome} while it was ${job.state}`,
    );
    this.#violations.unless(
      record.outcome !== "missedStartDeadline" ||
        (job.attempt === 0 && job.deadlineMs !== null && job.deadlineMs < storeMs),
      () => `job ${job.id} missed its start deadline ${job.deadlineMs} at ${storeMs}, attempt ${job.attempt}`,
    );
    job.outcome = record.outcome ?? undefined;
    job.expiresAtMs = record.expiresAtMs;
    this.#become(job, "finished");
  }

  /** A running job was asked to stop. */
  cancelRequested(record: JobRecord): void {
    const job = this.jobs.get(record.id);
    if (job) job.cancelRequested = true;
  }

  /** A waiting job was changed by hand, or could not be. */
  changed(id: string, change: JobChange, record: JobRecord | undefined, storeMs: number): void {
    const job = this.jobs.get(id);
    const waits = job?.state === "waiting" || job?.state === "parked";
    this.#violations.unless(waits === (record !== undefined), () => `job ${id} is ${job?.state}; updateJob`);
    if (!job || !record) return;
    if (change.runAtMs !== undefined) {
      job.runAtMs = change.runAtMs ?? storeMs;
      this.#become(job, "waiting");
    }
    job.priority = change.priority ?? job.priority;
    job.taskVersion = change.taskVersion ?? job.taskVersion;
  }

  /** Finished or parked jobs were made ready by hand. */
  retried(records: readonly JobRecord[]): void {
    for (const record of records) this.#retried(record);
    this.flows.retried(records.flatMap(({ id }) => this.jobs.get(id) ?? []));
  }

  #retried(record: JobRecord): void {
    const job = this.jobs.get(record.id);
    if (!job) return;
    const may = job.state === "finished" || job.state === "parked";
    this.#violations.unless(may, () => `job ${job.id} was retried while it was ${job.state}`);
    job.attempt = 0;
    job.cancelRequested = false;
    job.deadlineMs = job.expiresAtMs = null;
    job.runAtMs = record.runAtMs;
    this.#become(job, "waiting");
  }

  /** A job was deleted by hand. */
  removed(id: string): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.#violations.unless(job.state !== "running", () => `job ${id} was removed while it ran`);
    this.flows.removed(job);
    this.#become(job, "removed");
  }

  /** Expired jobs were deleted. */
  pruned(limit: number, deleted: number, storeMs: number): void {
    const expired = [...this.jobs.values()]
      .filter((job) => job.state === "finished" && job.expiresAtMs !== null && job.expiresAtMs <= storeMs)
      .filter((job) => !this.flows.isNeeded(job))
      .sort((a, b) => a.expiresAtMs! - b.expiresAtMs!)
      .slice(0, limit);
    this.#violations.unless(
      deleted === expired.length,
      () => `${deleted} jobs were pruned, but ${expired.length} have expired`,
    );
    for (const job of expired) this.#become(job, "removed");
  }

  /** Parked jobs that this code can run were made ready, because a scheduler came. */
  unparked(tasks: readonly TaskVersion[]): void {
    for (const job of [...this.parked]) if (runs(tasks, job)) this.#become(job, "waiting");
  }

  /** Number of jobs of a schedule that keep its next one waiting: parked ones hold nothing. */
  unfinishedOf(scheduleSeq: number): number {
    const of = (jobs: Iterable<BookedJob>) =>
      [...jobs].filter((job) => job.scheduleSeq === scheduleSeq).length;
    return of(this.waiting) + of(this.running);
  }

  /** Fire times of a schedule that have a job. */
  fireTimesOf(scheduleSeq: number): ReadonlySet<number | null> {
    const there = [...this.jobs.values()].filter((job) =>
      job.state !== "removed" && job.scheduleSeq === scheduleSeq
    );
    return new Set(there.map((job) => job.fireTimeMs));
  }

  #end(job: BookedJob, asked: JobTransition, storeMs: number): BookedJob {
    this.#endRules.check(job, asked);
    // Who was asked to stop does not go on, whatever the owner wrote.
    const cancels = job.cancelRequested && asked.to !== "finished";
    if (asked.to === "finished" || cancels) {
      const keepMs = asked.to === "finished" ? asked.keepMs : this.#endRules.keepMs(job);
      job.outcome = asked.to === "finished" ? asked.outcome : "cancelled";
      job.expiresAtMs = keepMs === null ? null : storeMs + keepMs;
      return this.#become(job, "finished");
    }
    if (asked.to === "retry" || asked.to === "snooze") job.runAtMs = storeMs + asked.delayMs;
    if (asked.to !== "retry") job.attempt = Math.max(0, job.attempt - 1);
    if (asked.to === "handBack" || asked.to === "snooze") job.deadlineMs = null;
    return this.#become(job, asked.to === "parked" ? "parked" : "waiting");
  }

  #cancelWithParent(job: BookedJob, storeMs: number): void {
    const keepMs = this.#endRules.keepMs(job);
    job.outcome = "cancelled";
    job.expiresAtMs = keepMs === null ? null : storeMs + keepMs;
    this.#become(job, "finished");
  }

  #become(job: BookedJob, state: BookedJob["state"]): BookedJob {
    const isOver = state === "finished" || state === "removed";
    if (isOver && job.state !== "finished") this.flows.ended(job);
    job.state = state;
    const { waiting, running, parked } = this;
    for (const [name, jobs] of Object.entries({ waiting, running, parked })) {
      if (name === state) jobs.add(job);
      else jobs.delete(job);
    }
    return job;
  }
}
