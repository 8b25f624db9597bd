import type { EventSelector, SchedulerEvent } from "../events/event.ts";
import {
  EventHub,
  type EventListener,
  type SubscribeOptions,
  type Subscription,
} from "../events/event_hub.ts";
import type { SelectedEvent } from "../events/event_groups.ts";
import type { EventStream, EventStreamOptions } from "../events/event_stream.ts";
import type { Executor } from "../executors/executor.ts";
import type { ChangeStream, StoredEvent, StoredEventType } from "./events/change_stream.ts";
import { feedEnds, storedEvents, type StoredEventsOptions } from "./events/stored_events.ts";
import { CarillonError, messageOf } from "../errors.ts";
import type { SchedulerRole } from "../model/states.ts";
import { TaskRegistry } from "../registry/task_registry.ts";
import type { DataStore } from "../stores/data_store.ts";
import type { BrokerLink } from "./events/broker_link.ts";
import { JobCommands } from "./jobs/job_commands.ts";
import { ScheduleCommands } from "./schedules/schedule_commands.ts";
import type { Environment } from "./environment.ts";
import {
  type ResolvedSchedulerOptions,
  resolveSchedulerOptions,
  type SchedulerOptions,
} from "./scheduler_options.ts";
import { schedulerLink } from "./events/scheduler_link.ts";
import { Slots } from "./claiming/slots.ts";
import { StoreUnit } from "./store_unit.ts";
import { StoreUnits } from "./store_units.ts";
import { WaitGraph } from "./waiting/wait_graph.ts";
import { WaitingJobs } from "./waiting/waiting_jobs.ts";

/** What a scheduler is doing. */
export type SchedulerState = "stopped" | "starting" | "running" | "stopping";

/** The parts of a scheduler that its methods share. */
export interface SchedulerParts {
  readonly options: ResolvedSchedulerOptions;
  readonly environment: Environment;
  readonly units: StoreUnits;
  readonly hub: EventHub;
  readonly schedules: ScheduleCommands;
  readonly jobs: JobCommands;
  readonly waiting: WaitingJobs;
  readonly broker: BrokerLink | undefined;
  /** Streams that read the stores: they end when the scheduler stops. */
  readonly streams: Set<{ close(): void }>;
  /** Adds a store; joins and starts it when the scheduler runs. */
  addUnit(alias: string, store: DataStore): StoreUnit;
  /** Tells something about the scheduler itself. */
  tell(type: SchedulerEvent["type"], more?: Pick<SchedulerEvent, "subject" | "error">): void;
}

/** What an environment is made of. */
interface EnvironmentParts extends Pick<SchedulerParts, "options" | "hub" | "units" | "broker"> {
  readonly registry: TaskRegistry;
  readonly waits: WaitGraph;
}

/** A scheduler's parts, its events, stores and executors. The methods about tasks, schedules and jobs build on it. */
export abstract class SchedulerBase {
  /** The parts its methods share; for the library itself. */
  protected readonly parts: SchedulerParts;
  /** What it is doing now. */
  protected currentState: SchedulerState = "stopped";
  /** Whether it takes no work at the moment. */
  protected isPaused = false;
  /** Whether this is one bounded round, too short to watch others' leases. */
  protected ticks = false;
  /** Whether sleeping loops keep the process alive. */
  protected keepsAlive = true;

  constructor(given: SchedulerOptions) {
    const options = resolveSchedulerOptions(given);
    const registry = new TaskRegistry({ declaredOnly: options.role === "client" });
    registry.add(options.tasks);
    const hub = new EventHub((error, event) =>
      options.logger.error("a listener failed", { event: event.type, error: messageOf(error) })
    );
    const units = new StoreUnits();
    const waits = new WaitGraph();
    const broker = schedulerLink(options, hub, units);
    const environment = this.#environment({ options, registry, hub, units, waits, broker });
    const tell: SchedulerParts["tell"] = (type, more = {}) =>
      environment.publish({ type, atMs: options.clock.nowMs(), scheduler: options.name, ...more });
    this.parts = {
      options,
      environment,
      units,
      hub,
      schedules: new ScheduleCommands(environment, units),
      jobs: new JobCommands(environment, units),
      waiting: new WaitingJobs(environment, waits),
      broker,
      streams: new Set(),
      addUnit: (alias, store) => this.#addUnit(alias, store),
      tell,
    };
    for (const [alias, store] of options.stores) this.#addUnit(alias, store);
  }

  /** Its name, shown wherever it is. */
  get name(): string {
    return this.parts.options.name;
  }

  /** What it does: process schedules, run jobs, both, or neither. */
  get role(): SchedulerRole {
    return this.parts.options.role;
  }

  /** What it is doing now. */
  get state(): SchedulerState {
    return this.currentState;
  }

  /** Whether it is paused: it takes no work until it is resumed. */
  get paused(): boolean {
    return this.isPaused;
  }

  /** Zone of triggers that name none. */
  get timeZone(): string {
    return this.parts.options.timeZone;
  }

  /** The aliases of its stores, the default one first. */
  get storeNames(): readonly string[] {
    return this.parts.units.all().map((unit) => unit.alias);
  }

  /**
   * Opens its stores now, and not at the first call that needs one: where a program is to fail at its start, or is going
   * to add a job within a transaction. Throws what opening a store throws.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler({ role: "client" });
   * await scheduler.open();
   * ```
   */
  async open(): Promise<void> {
    await Promise.all(this.parts.units.all().map((unit) => unit.open()));
  }

  /**
   * The data store of an alias, or the default one: for what only that store can do, such as a backup. What
   * everyone can do goes through the scheduler's own methods, which check, tell and wake. Throws `unknownStore`.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * console.assert(scheduler.getStore().kind === "memory");
   * ```
   */
  getStore(alias?: string): DataStore {
    return this.parts.units.get(alias).store;
  }

  /**
   * Calls a listener for each event, or for those of some names and groups (`"job"`, `"schedule"`, …), in the
   * order in which they happen. What a listener throws is logged.
   *
   * @example
   * ```ts
   * import { Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * using _subscription = scheduler.subscribe((event) => event.jobId, { types: "jobFinished" });
   * ```
   */
  subscribe<const Selector extends EventSelector = EventSelector>(
    listener: EventListener<SelectedEvent<Selector>>,
    options?: SubscribeOptions<Selector>,
  ): Subscription {
    return this.parts.hub.subscribe(listener, options);
  }

  /** The coming events as an async iterator, from this call on, with a bounded buffer. */
  events<const Selector extends EventSelector = EventSelector>(
    types?: Selector | readonly Selector[],
    options?: EventStreamOptions,
  ): EventStream<SelectedEvent<Selector>>;
  /**
   * The events that the stores keep (jobs that ended, changes of schedules and tasks), of all processes, from behind a
   * cursor on: each once and none left out, also after a restart. They are kept for a day.
   *
   * Throws `invalidOption` for what is no cursor; the iterator throws `cursorExpired` for one that is too old.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const after = await scheduler.eventCursor();
   * await scheduler.runJob(greet);
   * for await (const event of scheduler.events({ after, types: "jobFinished" })) {
   *   console.assert(event.outcome === "success" && event.cursor !== after);
   *   break;
   * }
   * ```
   */
  events<const Type extends StoredEventType = StoredEventType>(
    options: StoredEventsOptions<Type>,
  ): ChangeStream<StoredEvent<Type>>;
  events(
    types?: EventSelector | readonly EventSelector[] | StoredEventsOptions,
    options?: EventStreamOptions,
  ): unknown {
    if (typeof types === "object" && "after" in types) return storedEvents(this.parts, types);
    return this.parts.hub.events(types as EventSelector[], options);
  }

  /** Where the feeds of the stores end now: `events({ after })` goes on from there, before any event was read. */
  eventCursor(): Promise<string> {
    return feedEnds(this.parts);
  }

  /** Adds an executor at run time. Throws `invalidOption` when the name is taken. */
  addExecutor(name: string, executor: Executor): void {
    const { executors } = this.parts.environment;
    if (executors.has(name)) {
      throw new CarillonError("invalidOption", `There is already an executor '${name}'; choose another name`);
    }
    executors.set(name, executor);
    this.parts.tell("executorAdded", { subject: name });
  }

  /**
   * Takes an executor out: jobs that ask for it fail from then on; what runs by it goes on. Unless it is still here by
   * another name, it is closed as at a stop: idle threads and processes end now, busy ones after their job. It may be
   * added again. Throws `unknownExecutor`.
   *
   * @example
   * ```ts
   * import { eventLoop, Scheduler } from "carillon";
   *
   * await using scheduler = new Scheduler();
   * scheduler.addExecutor("extra", eventLoop());
   * await scheduler.removeExecutor("extra");
   * ```
   */
  async removeExecutor(name: string): Promise<void> {
    const { executors } = this.parts.environment;
    const executor = executors.get(name);
    if (executor === undefined) {
      throw new CarillonError("unknownExecutor", `There is no executor '${name}'`);
    }
    executors.delete(name);
    this.parts.tell("executorRemoved", { subject: name });
    if (![...executors.values()].includes(executor)) await executor.close?.();
  }

  #environment({ options, registry, hub, units, waits, broker }: EnvironmentParts): Environment {
    const { executors } = options;
    const storesTell = options.broker === "store";
    // A job that only waits for another one takes no part of the limit, or both could wait for ever.
    const running = () => units.all().reduce((sum, { runs }) => sum + waits.working(runs), 0);
    return {
      ...options,
      registry,
      executors: new Map(executors),
      defaultExecutor: executors.keys().next().value ?? "",
      slots: new Slots(options.maxConcurrentJobs, running),
      trustsClock: () => this.ticks,
      paused: () => this.isPaused,
      keepAlive: () => this.keepsAlive,
      openBroker: () => broker?.open() ?? Promise.resolve(),
      publish: (event) => {
        hub.publish(event);
        broker?.publish(event);
      },
      storesTell,
      hear: (event) => hub.publish(event),
      // What nobody hears now may be read in the store when somebody does, and must count as told by then.
      hasSubscribers: () => broker !== undefined || storesTell || hub.hasListeners,
      hasListeners: () => hub.hasListeners,
      onFreed: (lookedAlias) => units.all().forEach((unit) => unit.onFreed(unit.alias === lookedAlias)),
      self: this,
    };
  }

  #addUnit(alias: string, store: DataStore): StoreUnit {
    const unit = new StoreUnit(this.parts.environment, alias, store);
    this.parts.units.add(unit);
    return unit;
  }
}
