import type { EventType, ScheduleEvent } from "../../../events/event.ts";
import type { ScheduleRecord, ScheduleVersion, ScheduleWrite } from "../../../model/schedule_record.ts";
import type { ScheduleAdvance } from "../../../stores/schedule_store.ts";
import type { DataStore } from "../../../stores/data_store.ts";
import type { EventPublisher } from "./event_publisher.ts";

/** One write to a schedule: the record that was read (none for a new one) and what it becomes. */
export interface SchedulePut {
  readonly before: ScheduleRecord | undefined;
  readonly schedule: ScheduleWrite;
}

/** Fires that do not become jobs, and why. */
export interface DroppedFires {
  readonly reason: "missed" | "coalesced" | "skipped";
  readonly count: number;
  /** The first of them. */
  readonly firstMs: number;
}

/** A schedule's step forward, with the facts that are published about it. */
export interface ScheduleStep {
  readonly advance: ScheduleAdvance;
  readonly dropped: readonly DroppedFires[];
  /** Number of fires that became jobs late. */
  readonly lateFires: number;
  /** The next fire is another one than before, because a calendar or the zone's rules changed. */
  readonly moved?: { readonly fromMs: number | null; readonly toMs: number | null };
}

const droppedEvents = {
  missed: "firesMissed",
  coalesced: "firesCoalesced",
  skipped: "firesSkipped",
} as const satisfies Record<DroppedFires["reason"], EventType>;

/** Writes schedules and publishes the events of that. */
export class ScheduleGateway {
  readonly #store: DataStore;
  readonly #publisher: EventPublisher;

  constructor(store: DataStore, publisher: EventPublisher) {
    this.#store = store;
    this.#publisher = publisher;
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
    for (const { before, schedule } of puts) {
      this.#publish(changeType(before, schedule), schedule);
      if (before !== undefined) this.#publishGivenUp(before, schedule);
    }
    removes.forEach((record) => this.#publish("scheduleRemoved", record));
    return written;
  }

  /** Advances schedules; resolves to which steps held. */
  async advance(steps: readonly ScheduleStep[]): Promise<readonly boolean[]> {
    const moved = await this.#store.advanceSchedules(steps.map((step) => step.advance));
    if (this.#publisher.hasSubscribers) steps.forEach((step, i) => moved[i] && this.#publishAdvance(step));
    return moved;
  }

  #publishGivenUp({ counters, nextFireTimeMs }: ScheduleRecord, schedule: ScheduleWrite): void {
    const count = schedule.counters.skipped - counters.skipped;
    if (count <= 0 || nextFireTimeMs === null) return;
    const { id: scheduleId, taskName } = schedule;
    this.#publisher.publish({
      type: "firesSkipped",
      scheduleId,
      taskName,
      count,
      firstFireTimeMs: nextFireTimeMs,
    });
  }

  #publishAdvance(step: ScheduleStep): void {
    const { schedule, jobs } = step.advance;
    const { id: scheduleId, taskName, nextFireTimeMs } = schedule;
    for (const { reason, count, firstMs } of step.dropped) {
      this.#publisher.publish({
        type: droppedEvents[reason],
        scheduleId,
        taskName,
        count,
        firstFireTimeMs: firstMs,
      });
    }
    if (step.lateFires > 0) {
      const firstFireTimeMs = jobs[0]!.fireTimeMs!;
      this.#publisher.publish({
        type: "firesLate",
        scheduleId,
        taskName,
        count: step.lateFires,
        firstFireTimeMs,
      });
    }
    if (jobs.length > 0) {
      const jobIds = jobs.map((job) => job.id);
      this.#publisher.publish({ type: "scheduleFired", scheduleId, taskName, jobIds, nextFireTimeMs });
    }
    for (const job of jobs) {
      const { id: jobId, fireTimeMs } = job;
      this.#publisher.publish({ type: "jobAdded", jobId, taskName, scheduleId, fireTimeMs, attempt: 0 });
    }
    if (step.moved) this.#publish("scheduleUpdated", schedule);
    if (schedule.status === "finished") this.#publish("scheduleFinished", schedule);
    if (schedule.status === "failed") this.#publish("scheduleFailed", schedule);
  }

  #publish(type: ScheduleEvent["type"], schedule: ScheduleWrite): void {
    this.#publisher.publish({
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
