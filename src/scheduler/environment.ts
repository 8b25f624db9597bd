import type { Middleware } from "../context/middleware.ts";
import type { Logger } from "../model/logger.ts";
import type { RunOverrides } from "../model/settings.ts";
import type { SchedulerRole } from "../model/states.ts";
import type { TaskRegistry } from "../registry/task_registry.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { Clock } from "../time/clock.ts";
import type { Slots } from "./claiming/slots.ts";
import type { SchedulerEvents } from "./events/scheduler_events.ts";
import type { Executors } from "./executors.ts";

/** State of a scheduler. */
export type SchedulerState = "stopped" | "starting" | "running" | "stopping";

/** Facts about a scheduler that its life cycle changes and its other parts read. */
export class SchedulerStatus {
  state: SchedulerState = "stopped";
  /** True while it takes no work. */
  paused = false;
  /** True if sleeping loops keep the process alive. */
  keepsAlive = true;
  /** True during a single bounded round (`tick`), which is too short to watch the leases of others. */
  ticking = false;
  /** Settles when the start in progress has ended, either way; never rejects. */
  starting: Promise<void> | undefined;
}

/** The job loops of a scheduler's stores, which share its slots. */
export interface JobLoops {
  /** A run has ended or a slot was freed: every store's job loop may continue, except for one that has looked since. */
  slotFreed(lookedAlias?: string): void;
}

/** The parts and settings that everything in one scheduler shares. */
export interface Environment {
  readonly name: string;
  readonly role: SchedulerRole;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: TaskRegistry;
  readonly serializer: Serializer;
  readonly executors: Executors;
  readonly defaults: RunOverrides;
  /** Code around every run, the outermost first. */
  readonly use: readonly Middleware[];
  readonly timeZone: string;
  readonly tags: readonly string[];
  readonly leaseMs: number;
  /** Time for a job to end after its signal was aborted, before it counts as stuck or is terminated. */
  readonly abortGraceMs: number;
  /** The slots for jobs that run here, over all stores. */
  readonly slots: Slots;
  readonly jobLoops: JobLoops;
  readonly status: Readonly<SchedulerStatus>;
  readonly events: SchedulerEvents;
  /** Largest size of a job's input as it is stored. */
  readonly maxInputBytes: number;
  /** The same of a result. */
  readonly maxResultBytes: number;
  /** A random number in [0, 1). */
  readonly random: () => number;
  /** The scheduler that `currentScheduler()` returns inside jobs. */
  readonly self: object;
}
