import type { Middleware } from "../context/middleware.ts";
import type { CarillonEvent } from "../events/event.ts";
import type { Executor } from "../executors/executor.ts";
import type { Logger } from "../model/logger.ts";
import type { RunOverrides } from "../model/settings.ts";
import type { SchedulerRole } from "../model/states.ts";
import type { TaskRegistry } from "../registry/task_registry.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { Clock } from "../time/clock.ts";
import type { Slots } from "./claiming/slots.ts";

/** What all parts of one scheduler share. */
export interface Environment {
  readonly name: string;
  readonly role: SchedulerRole;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: TaskRegistry;
  readonly serializer: Serializer;
  /** Executors by name; `defaultExecutor` names one of them. */
  readonly executors: Map<string, Executor>;
  readonly defaultExecutor: string;
  readonly defaults: RunOverrides;
  /** What is around every run, the outermost first. */
  readonly use: readonly Middleware[];
  readonly timeZone: string;
  readonly tags: readonly string[];
  readonly leaseMs: number;
  /** How long a job has to end after its signal was aborted, before it counts as stuck or is terminated. */
  readonly abortGraceMs: number;
  /** How many jobs may run here at once, over all stores. */
  readonly slots: Slots;
  /** Whether leases of others are judged by the clock alone: a single round is over before it has watched one. */
  readonly trustsClock: () => boolean;
  /** Whether the scheduler is paused. */
  readonly paused: () => boolean;
  /** Whether sleeping loops keep the process alive. */
  readonly keepAlive: () => boolean;
  /** A random number in [0, 1). */
  readonly random: () => number;
  /** Connects to the event broker, if there is one. Never rejects. */
  readonly openBroker: () => Promise<void>;
  /** Whether listeners here are told what the stores note of others. */
  readonly storesTell: boolean;
  /** Tells local listeners only: others did it. */
  readonly hear: (event: CarillonEvent) => void;
  /** Tells local listeners and the broker. */
  readonly publish: (event: CarillonEvent) => void;
  /** Whether anybody hears what is told. */
  readonly hasSubscribers: () => boolean;
  /** Whether anybody listens here. */
  readonly hasListeners: () => boolean;
  /** A run is over or a slot was freed: every store's job loop may go on, but for one that has looked since. */
  readonly onFreed: (lookedAlias?: string) => void;
  /** What `currentScheduler()` answers inside jobs. */
  readonly self: object;
}
