import { scheduleLimit, taskLimit } from "../../src/model/decisions.ts";
import type { JobEnding } from "../../src/model/job_record.ts";
import type { StoreAnswer, StoreCall } from "../../src/testing/intercept_store.ts";
import type { TaskRecord } from "../../src/model/task_record.ts";
import type { ClaimAnswer, ClaimRequest } from "../../src/stores/job_store.ts";
import { JobBook } from "./job_book.ts";
import { ScheduleBook } from "./schedule_book.ts";
import { Violations } from "./violations.ts";
import type { World } from "./world.ts";

/** Watches what the store does and keeps books of its own; whatever must never happen becomes a violation. */
export class Oracle {
  readonly violations: Violations;
  readonly jobs: JobBook;
  readonly schedules: ScheduleBook;
  /** How many jobs of each task may run at once, as of now. */
  readonly limits = new Map<string, number | null>();
  /** When each scheduler was last heard, by true time. */
  readonly heardMs = new Map<number, number>();
  /** What happened last, for whoever looks into a failing seed. */
  readonly trace: string[] = [];
  tracing = false;
  readonly #paused = new Set<string>();
  readonly #world: World;
  readonly #leaseMs: number;
  #latestMs = 0;

  constructor(world: World, leaseMs: number) {
    this.#world = world;
    this.#leaseMs = leaseMs;
    this.violations = new Violations(() => world.nowMs - Date.UTC(2026, 2, 28));
    this.jobs = new JobBook(this.violations);
    this.schedules = new ScheduleBook(this.violations);
  }

  /** Writes a line of the trace. */
  note(text: string): void {
    if (!this.tracing) return;
    this.trace.push(`${((this.#world.nowMs - Date.UTC(2026, 2, 28)) / 1000).toFixed(3).padStart(9)} ${text}`);
  }

  /** The store has done what a call asked. */
  saw(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    // What was due stays due when the store's clock is set back.
    this.#latestMs = Math.max(this.#latestMs, storeMs);
    if (this.tracing) {
      this.note(
        `${by} ${call.name} ${JSON.stringify(call.args).slice(0, 300)} -> ${
          JSON.stringify(answer)?.slice(0, 300)
        }`,
      );
    }
    switch (call.name) {
      case "addJobs": {
        const { jobs, claimed } = answer as StoreAnswer<"addJobs">;
        call.args[0].forEach((job, i) => jobs[i]?.outcome === "added" && this.jobs.added(job, storeMs));
        return this.#sawClaims(claimed);
      }
      case "claimJobs": {
        const { claimed, missed } = answer as StoreAnswer<"claimJobs">;
        missed.forEach((job) => this.jobs.over(job));
        this.#sawClaims(claimed);
        return this.#sawNothingLeft(call.args[0], answer as StoreAnswer<"claimJobs">);
      }
      case "endJobs":
        return this.#sawEndings(call.args[0], answer as StoreAnswer<"endJobs">, by, storeMs);
      case "advanceSchedules":
        return this.#sawAdvances(call.args[0], answer as StoreAnswer<"advanceSchedules">, storeMs);
      case "writeSchedules": {
        const written = answer as StoreAnswer<"writeSchedules">;
        if (!written) return;
        call.args[0].removes?.forEach(({ seq }) => this.schedules.removed(seq));
        return this.schedules.written(written);
      }
      default:
        return this.#sawMore(call, answer, by, storeMs);
    }
  }

  #sawMore(call: StoreCall, answer: unknown, by: string, storeMs: number): void {
    switch (call.name) {
      case "cancelJobs": {
        const { cancelled, requested } = answer as StoreAnswer<"cancelJobs">;
        cancelled.forEach((job) => this.jobs.over(job));
        return requested.forEach((job) => this.jobs.cancelRequested(job));
      }
      case "retryJobs":
        return (answer as StoreAnswer<"retryJobs">).forEach((job) => this.jobs.retried(job));
      case "removeJobs":
        return (answer as StoreAnswer<"removeJobs">).forEach((id) => this.jobs.removed(id));
      case "putTasks":
        return (answer as StoreAnswer<"putTasks">).forEach((task) =>
          this.limits.set(task.name, taskLimit(task))
        );
      case "updateTask": {
        const task = answer as StoreAnswer<"updateTask">;
        return void (task && this.#sawTask(task));
      }
      case "registerScheduler": {
        const { incarnation } = answer as StoreAnswer<"registerScheduler">;
        this.heardMs.set(incarnation, this.#world.nowMs);
        return this.jobs.unparked(call.args[0].tasks.map(({ name }) => name));
      }
      case "heartbeat":
        if ((answer as StoreAnswer<"heartbeat">).alive) this.heardMs.set(call.args[0], this.#world.nowMs);
        return;
      case "unregisterScheduler":
        return void this.heardMs.delete(call.args[0]);
      case "buryScheduler":
        return this.#sawBurial(call.args, answer as StoreAnswer<"buryScheduler">, by, storeMs);
      default:
    }
  }

  #sawClaims(claimed: StoreAnswer<"claimJobs">["claimed"]): void {
    for (const record of claimed) {
      this.violations.unless(
        this.heardMs.has(record.owner!),
        () => `job ${record.id} was claimed for ${record.owner}, which is not registered`,
      );
      this.jobs.claimed(record, this.#latestMs);
    }
    if (claimed.length === 0) return;
    const tasks = new Map<string, number>();
    const schedules = new Map<number, number>();
    for (const { taskName, scheduleSeq } of this.jobs.running) {
      tasks.set(taskName, (tasks.get(taskName) ?? 0) + 1);
      if (scheduleSeq !== null) schedules.set(scheduleSeq, (schedules.get(scheduleSeq) ?? 0) + 1);
    }
    for (const { taskName, scheduleSeq } of claimed) {
      const limit = this.limits.get(taskName) ?? null;
      const running = tasks.get(taskName)!;
      this.violations.unless(
        limit === null || running <= limit,
        () => `${running} jobs of ${taskName} run, of ${limit}`,
      );
      const policies = this.schedules.schedules.get(scheduleSeq ?? -1)?.record.policies;
      if (!policies || scheduleSeq === null) continue;
      const own = scheduleLimit(policies.overlap, policies.maxRunningJobs);
      const ofOne = schedules.get(scheduleSeq)!;
      this.violations.unless(
        own === null || ofOne <= own,
        () => `${ofOne} jobs of one schedule run, of ${own}`,
      );
    }
  }

  #sawTask(task: TaskRecord): void {
    this.limits.set(task.name, taskLimit(task));
    if (task.paused) this.#paused.add(task.name);
    else this.#paused.delete(task.name);
  }

  /** Whoever asks for all it can get leaves nothing that may run: no job hides another one. */
  #sawNothingLeft(request: ClaimRequest, { claimed, more, nowMs }: ClaimAnswer): void {
    if (more || claimed.length >= request.limit || request.jobIds || !this.heardMs.has(request.incarnation)) {
      return;
    }
    const of = (key: "taskName" | "scheduleSeq", value: unknown) =>
      [...this.jobs.running].filter((job) => job[key] === value).length;
    for (const { id, taskName, scheduleSeq, runAtMs } of this.jobs.waiting) {
      if (
        runAtMs > nowMs || this.#paused.has(taskName) || !request.tasks.some(({ name }) => name === taskName)
      ) continue;
      if (of("taskName", taskName) >= (this.limits.get(taskName) ?? Infinity)) continue;
      const policies = this.schedules.schedules.get(scheduleSeq ?? -1)?.record.policies;
      const own = policies && scheduleLimit(policies.overlap, policies.maxRunningJobs);
      if (own !== undefined && own !== null && of("scheduleSeq", scheduleSeq) >= own) continue;
      this.violations.add(`job ${id} of ${taskName} may run and was not given to ${request.incarnation}`);
    }
  }

  #sawEndings(
    endings: readonly JobEnding[],
    accepted: readonly boolean[],
    by: string,
    storeMs: number,
  ): void {
    endings.forEach((ending, i) => this.jobs.ended(ending, accepted[i] ?? false, by, storeMs));
  }

  #sawAdvances(
    advances: Extract<StoreCall, { readonly name: "advanceSchedules" }>["args"][0],
    moved: readonly boolean[],
    storeMs: number,
  ): void {
    advances.forEach((advance, i) => {
      if (!moved[i]) return;
      this.schedules.advanced(advance);
      for (const job of advance.jobs) this.jobs.added(job, storeMs);
    });
  }

  #sawBurial(
    [incarnation, , endings]: Extract<StoreCall, { readonly name: "buryScheduler" }>["args"],
    answer: StoreAnswer<"buryScheduler">,
    by: string,
    storeMs: number,
  ): void {
    if (answer === undefined) return;
    const silentMs = this.#world.nowMs - (this.heardMs.get(incarnation) ?? -Infinity);
    this.violations.unless(
      silentMs >= this.#leaseMs * 0.97,
      () => `${by} took over the work of ${incarnation}, heard ${silentMs} ms ago`,
    );
    this.heardMs.delete(incarnation);
    this.#sawEndings(endings, answer, by, storeMs);
  }
}
