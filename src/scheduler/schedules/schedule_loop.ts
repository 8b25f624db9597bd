import { messageOf } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { Logger } from "../../model/logger.ts";
import type { DueSchedule, DueSchedules } from "../../stores/schedule_store.ts";
import type { Clock } from "../../time/clock.ts";
import { contentOf, type FirePlan, planFires } from "./fire_plan.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { earliest } from "../claiming/job_loop.ts";
import type { NextRoundMs } from "../store/poller.ts";
import type { TriggerReader } from "./trigger_reader.ts";

/** How many schedules one round takes. */
const BATCH_MAX = 100;
/** How many schedules are remembered as not counting from the ends of their runs. */
const REMEMBERED_MAX = 10_000;

/** What the schedule loop needs. */
export interface ScheduleLoopOptions {
  readonly clock: Clock;
  readonly gateway: StoreGateway;
  readonly logger: Logger;
  readonly triggers: TriggerReader;
  readonly delayMs: (due: DueSchedule, fireMs: number, followingMs: number | undefined) => number;
  /** Called when jobs were added. */
  readonly onJobs: () => void;
  /** Cancels a schedule's unfinished jobs but the given ones. */
  readonly cancelPrevious: (scheduleId: string, except: readonly string[]) => Promise<void>;
  /** How long to sleep at the most, for when nobody tells that something changed; null is for ever. */
  readonly pollMs: number | null;
}

/** Turns due schedules into jobs. */
export class ScheduleLoop {
  readonly #options: ScheduleLoopOptions;
  /** Whether the last round found nothing due. */
  drained = false;
  /** The earliest next fire time, as of the last look. */
  nextFireTimeMs: number | null = null;
  readonly #independent = new Set<number>();

  constructor(options: ScheduleLoopOptions) {
    this.#options = options;
  }

  /** Whether a job's schedule may count from the ends of its runs, and must be looked at when one is over. */
  mayFollowRun({ scheduleSeq }: JobRecord): boolean {
    return scheduleSeq !== null && !this.#independent.has(scheduleSeq);
  }

  /** Schedules may have been changed, here or elsewhere. */
  schedulesChanged(): void {
    this.#independent.clear();
  }

  /** One round: one batch of due schedules. */
  async round(): Promise<NextRoundMs> {
    const { gateway, logger, pollMs, clock } = this.#options;
    this.drained = false;
    const askedMs = clock.monotonicMs();
    const answer = await gateway.store.dueSchedules(BATCH_MAX);
    if (answer.due.length === 0) {
      this.nextFireTimeMs = answer.nextFireTimeMs;
      this.drained = true;
      const waitMs = answer.nextFireTimeMs === null
        ? null
        : Math.max(0, answer.nextFireTimeMs - answer.nowMs);
      logger.debug("no schedule is due", { store: gateway.alias, nextFireInMs: waitMs });
      return earliest(waitMs, pollMs);
    }
    const { triggers } = this.#options;
    if (answer.due.some(({ schedule }) => triggers.usesCalendars(schedule))) {
      await triggers.refreshCalendars();
    }
    const plans = answer.due.map((due) => this.#plan(due, answer.nowMs));
    const moved = await gateway.schedules.advance(plans);
    plans.forEach((plan, i) => this.#report(plan, moved[i] ?? false));
    if (plans.some((plan, i) => moved[i] && plan.advance.jobs.length > 0)) this.#options.onJobs();
    for (const [i, plan] of plans.entries()) {
      if (moved[i] && plan.cancelPrevious) await this.#cancelPrevious(plan);
    }
    return this.#restMs(answer, plans, moved, askedMs);
  }

  /**
   * How long to sleep after a batch. Where all of it has moved on to times ahead, that is known; else another round at once
   * finds what did not hold, what is still owed, and when to come back.
   */
  #restMs(
    { nowMs, nextFireTimeMs, due }: DueSchedules,
    plans: readonly FirePlan[],
    moved: readonly boolean[],
    askedMs: number,
  ): NextRoundMs {
    if (due.length >= BATCH_MAX || !plans.every((_, i) => moved[i])) return 0;
    const next = plans.map(({ advance: { schedule } }) => schedule)
      .map((schedule) => schedule.status === "active" ? schedule.nextFireTimeMs : null)
      .reduce(earliest, nextFireTimeMs);
    const { clock, pollMs } = this.#options;
    const waitMs = next === null ? null : next - nowMs - (clock.monotonicMs() - askedMs);
    if (waitMs !== null && waitMs <= 0) return 0;
    this.nextFireTimeMs = next;
    this.drained = true;
    return earliest(waitMs, pollMs);
  }

  /** A trigger that throws stops its own schedule and nothing else. */
  #plan(due: DueSchedule, nowMs: number): FirePlan {
    try {
      const { triggers } = this.#options;
      const { trigger, context } = triggers.read(due.schedule);
      const usesCalendars = triggers.usesCalendars(due.schedule);
      this.#remember(due.schedule);
      const delayMs = (fireMs: number, followingMs: number | undefined) =>
        this.#options.delayMs(due, fireMs, followingMs);
      return planFires({ due, trigger, context, usesCalendars, nowMs, delayMs });
    } catch (error) {
      const schedule = contentOf(due.schedule);
      return {
        advance: {
          expected: due.schedule,
          expectedUnfinishedJobs: null,
          schedule: { ...schedule, status: "failed", error: messageOf(error), needsPlanning: false },
          jobs: [],
        },
        dropped: [],
        lateFires: 0,
        cancelPrevious: false,
      };
    }
  }

  #remember({ seq, followsFinish }: DueSchedule["schedule"]): void {
    if (followsFinish) return void this.#independent.delete(seq);
    if (this.#independent.size >= REMEMBERED_MAX) this.#independent.clear();
    this.#independent.add(seq);
  }

  #report(plan: FirePlan, moved: boolean): void {
    const { schedule, jobs } = plan.advance;
    const fields = { store: this.#options.gateway.alias, schedule: schedule.id };
    if (!moved) return this.#options.logger.debug("schedule changed while it was processed", fields);
    if (schedule.status === "failed") {
      return this.#options.logger.error("schedule failed: its trigger cannot be used", {
        ...fields,
        error: schedule.error,
      });
    }
    for (const { reason, count } of plan.dropped) {
      this.#options.logger.info(`fires ${reason}`, { ...fields, count });
    }
    if (plan.moved && !schedule.followsFinish) {
      const { fromMs, toMs } = plan.moved;
      this.#options.logger.info("the next fire of a schedule has moved", { ...fields, fromMs, toMs });
    }
    this.#options.logger.debug("schedule fired", { ...fields, jobs: jobs.map((job) => job.id) });
  }

  #cancelPrevious({ advance: { schedule, jobs } }: FirePlan): Promise<void> {
    return this.#options.cancelPrevious(schedule.id, jobs.map((job) => job.id));
  }
}
