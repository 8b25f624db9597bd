import { isCarillonError, messageOf } from "../../errors.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { instantOf } from "../../time/temporal.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";
import type { DueSchedule, DueSchedules } from "../../stores/schedule_store.ts";
import { contentOf, type FirePlan, type FirePlanInput, planFires } from "./fire_plan.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { earliest, longestSleepMs, type NextRoundMs, type PolledWork } from "../store/poller.ts";
import type { RunFollowers } from "../store/run_followers.ts";
import type { Waker } from "../store/waker.ts";
import type { Cancellation } from "../running/cancellation.ts";
import type { Environment } from "../environment.ts";
import type { TriggerReader } from "./trigger_reader.ts";

/** Number of schedules that one round takes. */
const BATCH_MAX = 100;

/** The parts on which the schedule loop works. */
export interface ScheduleLoopParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly triggers: TriggerReader;
  readonly cancellation: Cancellation;
  readonly followers: RunFollowers;
  readonly waker: Waker;
}

interface Advanced {
  readonly moved: readonly boolean[];
  /** The first failure, where some were written. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Turns due schedules into jobs. */
export class ScheduleLoop implements PolledWork {
  readonly #parts: ScheduleLoopParts;
  readonly #pollMs: number | null;
  /** True if the last round found nothing due. */
  drained = false;
  /** The earliest next fire time, as of the last look. */
  nextFireTimeMs: number | null = null;
  /** When the clock was last looked at, by the monotonic clock. */
  #lookedAtMs: number | undefined;

  constructor(parts: ScheduleLoopParts) {
    const { environment: { clock }, gateway: { store } } = parts;
    this.#parts = parts;
    this.#pollMs = longestSleepMs(store.capabilities.shared, clock);
  }

  /** One round: one batch of due schedules, unless the scheduler is paused. */
  async round(): Promise<NextRoundMs> {
    const { environment: { clock, logger, status }, gateway, triggers, waker } = this.#parts;
    if (status.paused) return null;
    this.drained = false;
    const askedMs = clock.monotonicMs();
    const unwatchedMs = askedMs - (this.#lookedAtMs ?? askedMs);
    this.#lookedAtMs = askedMs;
    const answer = await gateway.store.dueSchedules(BATCH_MAX);
    if (answer.due.length === 0) {
      this.nextFireTimeMs = answer.nextFireTimeMs;
      this.drained = true;
      const waitMs = answer.nextFireTimeMs === null
        ? null
        : Math.max(0, answer.nextFireTimeMs - answer.nowMs);
      logger.debug("no schedule is due", { store: gateway.alias, nextFireInMs: waitMs });
      return earliest(waitMs, this.#pollMs);
    }
    if (
      answer.due.some(({ schedule }) => schedule.formerTrigger !== null || triggers.usesCalendars(schedule))
    ) {
      await triggers.refreshCalendars();
    }
    const plans = answer.due.map((due) => this.#plan(due, answer.nowMs, unwatchedMs));
    const { moved, failure } = await this.#advance(plans);
    plans.forEach((plan, i) => this.#report(plan, moved[i] ?? false));
    if (plans.some((plan, i) => moved[i] && plan.advance.jobs.length > 0)) waker.wakeJobs();
    for (const [i, plan] of plans.entries()) {
      if (moved[i] && plan.cancelPrevious) await this.#cancelPrevious(plan);
    }
    if (failure !== undefined) throw failure.error;
    return this.#restMs(answer, plans, moved, askedMs);
  }

  /** Writes plans; where the store refuses them, each by itself, so that one schedule does not hold up the others. */
  async #advance(plans: readonly FirePlan[]): Promise<Advanced> {
    const { schedules } = this.#parts.gateway;
    try {
      return { moved: await schedules.advance(plans), failure: undefined };
    } catch (error) {
      if (plans.length === 1 || (isCarillonError(error) && error.retryable)) throw error;
    }
    const moved: boolean[] = [];
    let failure: Advanced["failure"];
    for (const plan of plans) {
      try {
        const [isMoved = false] = await schedules.advance([plan]);
        moved.push(isMoved);
      } catch (error) {
        failure ??= { error };
        moved.push(false);
      }
    }
    return { moved, failure };
  }

  /**
   * The time to sleep after a batch. Where all of it has moved on to times ahead, that is known; else another round at once
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
    const { clock } = this.#parts.environment;
    const waitMs = next === null ? null : next - nowMs - (clock.monotonicMs() - askedMs);
    if (waitMs !== null && waitMs <= 0) return 0;
    this.nextFireTimeMs = next;
    this.drained = true;
    return earliest(waitMs, this.#pollMs);
  }

  /** A trigger that throws stops its own schedule and nothing else. */
  #plan(due: DueSchedule, nowMs: number, unwatchedMs: number): FirePlan {
    try {
      const { environment: { random }, triggers, followers } = this.#parts;
      const { trigger, context } = triggers.read(due.schedule);
      const usesCalendars = triggers.usesCalendars(due.schedule);
      followers.note(due.schedule);
      const former = this.#former(due.schedule);
      return planFires({ due, trigger, context, former, usesCalendars, nowMs, unwatchedMs, random });
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

  /** The trigger that is to be settled first. One that can no longer be read holds up nothing. */
  #former({ id, formerTrigger }: ScheduleRecord): FirePlanInput["former"] {
    if (formerTrigger === null) return undefined;
    const { trigger, untilMs } = formerTrigger;
    try {
      return { trigger: triggerFromJSON(trigger), untilMs };
    } catch (error) {
      this.#parts.environment.logger.error(
        "the former trigger of a schedule cannot be read: the fires it owed are given up",
        { schedule: id, error: messageOf(error) },
      );
      return undefined;
    }
  }

  #report(plan: FirePlan, moved: boolean): void {
    const { schedule, jobs } = plan.advance;
    const { environment: { logger }, gateway } = this.#parts;
    const fields = { store: gateway.alias, schedule: schedule.id };
    if (!moved) return logger.debug("schedule changed while it was processed", fields);
    if (schedule.status === "failed") {
      return logger.error("schedule failed: its trigger cannot be used", {
        ...fields,
        error: schedule.error,
      });
    }
    for (const { reason, count } of plan.dropped) {
      logger.info(`fires ${reason}`, { ...fields, count });
    }
    if (plan.owedAgain !== undefined) {
      const nextFireTime = instantOf(schedule.nextFireTimeMs)?.toString();
      logger.warn("the clock was set back since a schedule was last advanced; it continues from now on", {
        ...fields,
        nextFireTime,
        owedAgain: plan.owedAgain,
      });
    }
    if (plan.moved && !schedule.followsFinish) {
      const { fromMs, toMs } = plan.moved;
      logger.info("the next fire of a schedule has moved", { ...fields, fromMs, toMs });
    }
    logger.debug("schedule fired", { ...fields, jobs: jobs.map((job) => job.id) });
  }

  #cancelPrevious({ advance: { schedule, jobs } }: FirePlan): Promise<void> {
    const kept = jobs.map((job) => job.id);
    return this.#parts.cancellation.cancelJobsOf(
      schedule.id,
      kept,
      "a newer run of its schedule replaced it",
    );
  }
}
