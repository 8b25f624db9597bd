import type { ScheduleEvent } from "../../../events/event.ts";
import type { ScheduleRecord, ScheduleVersion, ScheduleWrite } from "../../../model/schedule_record.ts";
import type { DataStore } from "../../../stores/data_store.ts";
import type { FirePlan } from "../../schedules/fire_plan.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** One write to a schedule: what was read (nothing for a new one) and what it becomes. */
export interface SchedulePut {
  readonly before: ScheduleRecord | undefined;
  readonly schedule: ScheduleWrite;
}

/** Writes schedules and tells about it. */
export class ScheduleGateway {
  readonly #store: DataStore;
  readonly #teller: EventPublisher;

  constructor(store: DataStore, teller: EventPublisher) {
    this.#store = store;
    this.#teller = teller;
  }

  /** Writes and removes in one step; undefined when something changed meanwhile. */
  async write(
    puts: readonly SchedulePut[],
    removes: readonly ScheduleRecord[] = [],
  ): Promise<readonly ScheduleRecord[] | undefined> {
    const written = await this.#store.writeSchedules({
      puts: puts.map(({ before, schedule }) => ({ expected: before ? versionOf(before) : null, schedule })),
      removes: removes.map(versionOf),
    });
    if (!written) return undefined;
    puts.forEach(({ before, schedule }) => this.#tell(changeType(before, schedule), schedule));
    removes.forEach((record) => this.#tell("scheduleRemoved", record));
    return written;
  }

  /** Carries plans out; answers which ones held. */
  async advance(plans: readonly FirePlan[]): Promise<readonly boolean[]> {
    const moved = await this.#store.advanceSchedules(plans.map((plan) => plan.advance));
    if (this.#teller.hasSubscribers) plans.forEach((plan, i) => moved[i] && this.#tellAdvance(plan));
    return moved;
  }

  #tellAdvance(plan: FirePlan): void {
    const { schedule, jobs } = plan.advance;
    const { id: scheduleId, taskName, nextFireTimeMs } = schedule;
    for (const { reason, count, firstMs } of plan.dropped) {
      const type =
        ({ missed: "firesMissed", coalesced: "firesCoalesced", skipped: "firesSkipped" } as const)[reason];
      this.#teller.publish({ type, scheduleId, taskName, count, firstFireTimeMs: firstMs });
    }
    if (plan.lateFires > 0) {
      const firstFireTimeMs = jobs[0]!.fireTimeMs!;
      this.#teller.publish({
        type: "firesLate",
        scheduleId,
        taskName,
        count: plan.lateFires,
        firstFireTimeMs,
      });
    }
    if (jobs.length > 0) {
      const jobIds = jobs.map((job) => job.id);
      this.#teller.publish({ type: "scheduleFired", scheduleId, taskName, jobIds, nextFireTimeMs });
    }
    for (const job of jobs) {
      const { id: jobId, fireTimeMs } = job;
      this.#teller.publish({ type: "jobAdded", jobId, taskName, scheduleId, fireTimeMs, attempt: 0 });
    }
    if (plan.moved) this.#tell("scheduleUpdated", schedule);
    if (schedule.status === "finished") this.#tell("scheduleFinished", schedule);
    if (schedule.status === "failed") this.#tell("scheduleFailed", schedule);
  }

  #tell(type: ScheduleEvent["type"], schedule: ScheduleWrite): void {
    this.#teller.publish({
      type,
      scheduleId: schedule.id,
      taskName: schedule.taskName,
      nextFireTimeMs: schedule.nextFireTimeMs,
      ...(schedule.error === null ? {} : { error: schedule.error }),
    });
  }
}

function changeType(before: ScheduleRecord | undefined, after: ScheduleWrite): ScheduleEvent["type"] {
  if (!before) return "scheduleAdded";
  if (before.paused === after.paused) return "scheduleUpdated";
  return after.paused ? "schedulePaused" : "scheduleResumed";
}

function versionOf({ id, seq, version }: ScheduleVersion): ScheduleVersion {
  return { id, seq, version };
}
