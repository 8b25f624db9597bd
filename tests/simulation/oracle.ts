import { taskLimit } from "../../src/model/decisions.ts";
import type { SchedulerWrite } from "../../src/model/scheduler_record.ts";
import type { JobEnding } from "../../src/model/job_record.ts";
import type { TaskRecord } from "../../src/model/task_record.ts";
import type { StoreCall, StoreResult } from "../../src/testing/intercept_store.ts";
import { BatchBook } from "./batch_book.ts";
import { ClaimRules } from "./claim_rules.ts";
import { EndRules } from "./end_rules.ts";
import { JobBook } from "./job_book.ts";
import { RateRules } from "./rate_rules.ts";
import { ScheduleBook } from "./schedule_book.ts";
import { Violations } from "./violations.ts";
import { START_MS, type World } from "./world.ts";

/** A scheduler as it registered. */
interface BookedScheduler extends Pick<SchedulerWrite, "tags" | "tasks"> {
  /** True time of its last sign of life. */
  heardMs: number;
}

type CallOf<Name extends StoreCall["name"]> = Extract<StoreCall, { readonly name: Name }>;

/** Watches what the store does and keeps books of its own; whatever must never happen becomes a violation. */
export class Oracle {
  readonly violations: Violations;
  readonly jobs: JobBook;
  readonly schedules: ScheduleBook;
  /** The tasks as stored. */
  readonly tasks = new Map<string, TaskRecord>();
  /** The most jobs of each task that could ever run at once. */
  readonly highestLimits = new Map<string, number>();
  readonly schedulers = new Map<number, BookedScheduler>();
  /** The last events, for the investigation of a failing seed. */
  readonly trace: string[];
  tracing = false;
  /** Told of every job that somebody takes or gives back untried. */
  onHandBack: (jobId: string) => void = () => {};
  readonly rates: RateRules;
  readonly batches: BatchBook;
  readonly #claims: ClaimRules;
  readonly #world: World;
  readonly #leaseMs: number;
  #latestMs = 0;

  /** With `beside`, the oracle of another store of the same cluster, whose violations and trace are these too. */
  constructor(world: World, leaseMs: number, beside?: Oracle) {
    this.#world = world;
    this.trace = beside?.trace ?? [];
    this.#leaseMs = leaseMs;
    this.violations = beside?.violations ?? new Violations(() => world.nowMs - START_MS);
    this.jobs = new JobBook(this.violations, new EndRules(this.violations, world, this.tasks));
    this.schedules = new ScheduleBook(this.violations);
    this.batches = new BatchBook(this.violations);
    this.rates = new RateRules(this.violations, this.tasks);
    this.#claims = new ClaimRules(this);
  }

  /** Writes a line of the trace. */
  note(text: string): void {
    if (!this.tracing) return;
    this.trace.push(`${((this.#world.nowMs - START_MS) / 1000).toFixed(3).padStart(9)} ${text}`);
  }

  /** The store has done what a call asked; its clock counts whole milliseconds. */
  saw(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    // What was due stays due when the store's clock is set back.
    this.#latestMs = Math.max(this.#latestMs, storeMs);
    if (this.tracing) {
      const [asked, told] = [call.args, answer].map((value) => JSON.stringify(value)?.slice(0, 300));
      this.note(`${by} ${call.name} ${asked} -> ${told}`);
    }
    this.rates.saw(storeMs);
    this.#sawCall(call, answer, by, storeMs);
    this.jobs.flows.settle(storeMs);
  }

  #sawCall(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    switch (call.name) {
      case "addJobs":
        return this.#sawAdded(call, answer as StoreResult<"addJobs">);
      case "claimJobs": {
        const { claimed, missed, held } = answer as StoreResult<"claimJobs">;
        this.#sawEndings(call.args[1] ?? [], held, by, storeMs);
        missed.forEach((job) => this.jobs.over(job, storeMs));
        this.jobs.flows.settle(storeMs);
        this.#sawClaims(claimed);
        return this.#claims.nothingLeft(call.args[0], answer as StoreResult<"claimJobs">);
      }
      case "endJobs":
        return this.#sawEndings(call.args[0], answer as StoreResult<"endJobs">, by, storeMs);
      case "dueSchedules":
        return this.schedules.due(answer as StoreResult<"dueSchedules">);
      case "advanceSchedules":
        return this.#sawAdvances(call, answer as StoreResult<"advanceSchedules">, storeMs);
      case "writeSchedules": {
        const written = answer as StoreResult<"writeSchedules">;
        if (!written) return;
        call.args[0].removes?.forEach(({ seq }) => this.schedules.removed(seq));
        return this.schedules.written(written, storeMs);
      }
      default:
        return this.#sawChanges(call, answer, by, storeMs);
    }
  }

  #sawChanges(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    switch (call.name) {
      case "cancelJobs": {
        const { cancelled, requested } = answer as StoreResult<"cancelJobs">;
        cancelled.forEach((job) => this.jobs.over(job, storeMs));
        return requested.forEach((job) => this.jobs.cancelRequested(job));
      }
      case "updateJob":
        return this.jobs.changed(...call.args, answer as StoreResult<"updateJob">, storeMs);
      case "retryJobs":
        return this.jobs.retried(answer as StoreResult<"retryJobs">);
      case "removeJobs":
        return (answer as StoreResult<"removeJobs">).forEach((id) => this.jobs.removed(id));
      case "prune":
        return this.jobs.pruned(call.args[0], (answer as StoreResult<"prune">).jobs, storeMs);
      case "putCalendar":
        return this.schedules.calendars.put(...call.args);
      case "replanSchedules":
        return this.schedules.replanned(call.args[0]);
      case "putTasks":
        return (answer as StoreResult<"putTasks">).forEach((task) => this.#sawTask(task, storeMs));
      case "updateTask": {
        const task = answer as StoreResult<"updateTask">;
        return task && this.#sawTask(task, storeMs);
      }
      default:
        return this.#sawSchedulers(call, answer, by, storeMs);
    }
  }

  #sawTask(task: TaskRecord, storeMs: number): void {
    this.rates.changes(this.tasks.get(task.name), task, storeMs);
    const limit = taskLimit(task) ?? Infinity;
    this.highestLimits.set(task.name, Math.max(limit, this.highestLimits.get(task.name) ?? 0));
    this.tasks.set(task.name, task);
  }

  #sawSchedulers(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    const heardMs = this.#world.nowMs;
    switch (call.name) {
      case "registerScheduler": {
        const { incarnation } = answer as StoreResult<"registerScheduler">;
        const { tags, tasks } = call.args[0];
        this.violations.unless(
          !this.schedulers.has(incarnation),
          () => `incarnation ${incarnation} was given twice`,
        );
        this.schedulers.set(incarnation, { tags, tasks, heardMs });
        return this.jobs.unparked(tasks);
      }
      case "heartbeat": {
        const scheduler = this.schedulers.get(call.args[0]);
        if (scheduler && (answer as StoreResult<"heartbeat">).alive) scheduler.heardMs = heardMs;
        return;
      }
      case "unregisterScheduler":
        return void this.schedulers.delete(call.args[0]);
      case "takeOver":
        return this.#sawBurial(call.args, answer as StoreResult<"takeOver">, by, storeMs);
      default:
    }
  }

  #sawAdded(
    { args: [jobs] }: CallOf<"addJobs">,
    { nowMs, jobs: told, claimed }: StoreResult<"addJobs">,
  ): void {
    const answered = new Map(jobs.map((job, i) => [job.id, told[i]!.id]));
    jobs.forEach((job, i) => {
      const { id, outcome } = told[i]!;
      if (outcome === "added") this.jobs.added(job, nowMs, answered);
      else this.jobs.stoodFor(job, id, outcome === "replaced", nowMs);
    });
    this.#sawClaims(claimed);
  }

  #sawClaims(claimed: StoreResult<"claimJobs">["claimed"]): void {
    for (const record of claimed) {
      this.jobs.claimed(record, this.#latestMs, this.#world.nowMs);
      this.rates.claimed(record);
    }
    if (claimed.length > 0) this.#claims.claimed(claimed);
  }

  #sawEndings(
    endings: readonly JobEnding[],
    accepted: readonly boolean[],
    by: string,
    storeMs: number,
  ): void {
    endings.forEach((ending, i) => {
      const job = this.jobs.ended(ending, accepted[i] ?? false, by, storeMs);
      if (job) this.batches.ended(job, ending.transition);
      if (job && ending.transition.to === "handBack") this.onHandBack(job.id);
    });
  }

  #sawAdvances(
    { args: [advances] }: CallOf<"advanceSchedules">,
    moved: readonly boolean[],
    storeMs: number,
  ): void {
    advances.forEach((advance, i) => {
      if (!moved[i]) return;
      const { seq } = advance.expected;
      this.schedules.advanced(advance, this.jobs.unfinishedOf(seq), this.jobs.fireTimesOf(seq));
      // A backfill may have made a job of that fire already: it is the same job.
      const isNew = (id: string) => (this.jobs.jobs.get(id)?.state ?? "removed") === "removed";
      for (const job of advance.jobs) if (isNew(job.id)) this.jobs.added(job, storeMs);
    });
  }

  #sawBurial(
    [incarnation, , endings]: CallOf<"takeOver">["args"],
    answer: StoreResult<"takeOver">,
    by: string,
    storeMs: number,
  ): void {
    if (answer === undefined) return;
    const silentMs = this.#world.nowMs - (this.schedulers.get(incarnation)?.heardMs ?? -Infinity);
    this.violations.unless(
      silentMs >= this.#leaseMs * 0.97,
      () => `${by} took over the work of ${incarnation}, heard ${silentMs} ms ago`,
    );
    this.schedulers.delete(incarnation);
    this.#sawEndings(endings, answer, by, storeMs);
  }
}
