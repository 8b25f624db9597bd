import { scheduleLimit, taskLimit } from "../../src/model/decisions.ts";
import type { JobRecord } from "../../src/model/job_record.ts";
import type { SchedulerWrite } from "../../src/model/scheduler_record.ts";
import type { StoredConcurrency } from "../../src/model/limit_options.ts";
import type { TaskRecord } from "../../src/model/task_record.ts";
import type { ClaimAnswer, ClaimRequest } from "../../src/stores/job_store.ts";
import { type BookedJob, runs } from "./booked_job.ts";
import type { JobBook } from "./job_book.ts";
import type { RateRules } from "./rate_rules.ts";
import type { ScheduleBook } from "./schedule_book.ts";
import type { Violations } from "./violations.ts";

/** The books that claims are checked against. */
export interface ClaimBooks {
  readonly violations: Violations;
  readonly jobs: JobBook;
  readonly schedules: ScheduleBook;
  readonly rates: RateRules;
  readonly tasks: ReadonlyMap<string, TaskRecord>;
  /** The registered schedulers. */
  readonly schedulers: ReadonlyMap<number, Pick<SchedulerWrite, "tags" | "tasks">>;
}

/** Something that jobs share slots of: how many run, and how many may. */
interface Slots {
  readonly what: string;
  readonly running: number;
  readonly limit: number;
}

/** Rules for every claim, counted afresh from the books each time. */
export class ClaimRules {
  readonly #books: ClaimBooks;

  constructor(books: ClaimBooks) {
    this.#books = books;
  }

  /** The books say that these run; may they? */
  claimed(claimed: readonly JobRecord[]): void {
    const { violations, jobs, tasks, schedulers } = this.#books;
    for (const record of claimed) {
      const job = jobs.jobs.get(record.id);
      const scheduler = schedulers.get(record.owner!);
      const holds = (rule: boolean, what: string) =>
        violations.unless(rule, () => `job ${record.id} of ${record.taskName} was claimed ${what}`);
      holds(scheduler !== undefined, `for ${record.owner}, which is not registered`);
      if (!job || !scheduler) continue;
      holds(job.tags.every((tag) => scheduler.tags.includes(tag)), `by one that does not offer ${job.tags}`);
      holds(runs(scheduler.tasks, job), `by one without version ${job.taskVersion} of its code`);
      holds(!tasks.get(job.taskName)?.paused, "while its task is paused");
      for (const { what, running, limit } of this.#slots(job)) {
        violations.unless(running <= limit, () => `${running} jobs of ${what} run, of ${limit}`);
      }
      const earlier = this.#earlier(job);
      holds(earlier === undefined, `before ${earlier?.id}, which has the same key and was added earlier`);
    }
    claimed.forEach((record, i) => {
      const before = claimed[i - 1];
      violations.unless(
        before === undefined || inOrder(before, record),
        () => `job ${record.id} was claimed after ${before?.id}, out of order`,
      );
    });
  }

  /** Whoever asks for all it can get leaves nothing that may run, and takes first what comes first. */
  nothingLeft(request: ClaimRequest, { claimed, more, nowMs }: ClaimAnswer): void {
    const { violations, jobs, schedulers } = this.#books;
    const scheduler = schedulers.get(request.incarnation);
    if (request.jobIds || scheduler === undefined) return;
    const full = more || claimed.length >= request.limit;
    const wanted = new Map(request.tasks.map(({ name, max = Infinity }) => [name, max]));
    for (const { taskName } of claimed) wanted.set(taskName, wanted.get(taskName)! - 1);
    for (const job of jobs.waiting) {
      const late = job.deadlineMs !== null && job.attempt === 0 && job.deadlineMs < nowMs;
      violations.unless(!late || more, () => `job ${job.id} missed its start deadline and goes on waiting`);
      if (job.runAtMs > nowMs || jobs.flows.waits(job) || !runs(request.tasks, job) || late) continue;
      if (wanted.get(job.taskName)! <= 0) continue;
      if (!job.tags.every((tag) => scheduler.tags.includes(tag)) || this.#waits(job, nowMs)) continue;
      if (full) this.#passedOver(job, claimed);
      else {
        violations.add(
          `job ${job.id} of ${job.taskName} may run and was not given to ${request.incarnation}`,
        );
      }
    }
  }

  /** A job was left that could have been taken in place of one that was. */
  #passedOver(left: BookedJob, claimed: readonly JobRecord[]): void {
    if (left.scheduleSeq !== null || left.key !== null) return;
    const last = claimed.findLast((job) => job.taskName === left.taskName);
    this.#books.violations.unless(
      last === undefined || last.priority >= left.priority,
      () => `job ${last?.id} was claimed before ${left.id}, which has a higher priority`,
    );
  }

  #waits(job: BookedJob, nowMs: number): boolean {
    const { tasks, rates } = this.#books;
    if (rates.mayWait(job, nowMs)) return true;
    if (tasks.get(job.taskName)?.paused || this.#earlier(job) !== undefined) return true;
    return this.#slots(job).some(({ running, limit }) => running >= limit);
  }

  #slots(job: BookedJob): readonly Slots[] {
    const { tasks, schedules } = this.#books;
    const { taskName, scheduleSeq, key } = job;
    const slots = [
      this.#count(`task ${taskName}`, taskLimit(tasks.get(taskName)), (one) => one.taskName === taskName),
    ];
    const policies = schedules.schedules.get(scheduleSeq ?? -1)?.record.policies;
    if (policies !== undefined) {
      const limit = scheduleLimit(policies.overlap, policies.maxRunningJobs);
      slots.push(this.#count("one schedule", limit, (one) => one.scheduleSeq === scheduleSeq));
    }
    const ofKey = this.#keyLimit(job);
    if (ofKey !== undefined) {
      slots.push(this.#count(`key ${key}`, ofKey.max, (one) => one.taskName === taskName && one.key === key));
    }
    return slots;
  }

  #count(what: string, limit: number | null, counts: (job: BookedJob) => boolean): Slots {
    let running = 0;
    for (const job of this.#books.jobs.running) if (counts(job)) running++;
    return { what, running, limit: limit ?? Infinity };
  }

  #keyLimit({ taskName, key }: BookedJob): StoredConcurrency | undefined {
    const task = this.#books.tasks.get(taskName);
    if (key === null || task === undefined) return undefined;
    return (task.overrides.concurrency ?? task.settings.concurrency) ?? undefined;
  }

  /** An unfinished job that must be over first, as jobs with this key go one after the other. */
  #earlier(job: BookedJob): BookedJob | undefined {
    if (!this.#keyLimit(job)?.fifo) return undefined;
    const { waiting, running, parked } = this.#books.jobs;
    return [...waiting, ...running, ...parked].find((one) =>
      one.taskName === job.taskName && one.key === job.key && one.order < job.order
    );
  }
}

function inOrder(a: JobRecord, b: JobRecord): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.runAtMs !== b.runAtMs ? a.runAtMs < b.runAtMs : a.seq < b.seq;
}
