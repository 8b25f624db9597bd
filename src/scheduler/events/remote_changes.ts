import { messageOf } from "../../errors.ts";
import type { CarillonEvent, EventType } from "../../events/event.ts";
import { groupOfEvent } from "../../events/event_groups.ts";
import type { Reconciler } from "../claiming/reconciler.ts";
import type { Environment } from "../environment.ts";
import type { ChangeListener } from "../leases/membership.ts";
import type { RunTable } from "../running/run_table.ts";
import type { OwnEventListener } from "../store/gateway/event_publisher.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { ChangeListening } from "../store/opening.ts";
import type { Waker } from "../store/waker.ts";
import type { ResultWaiter } from "../waiting/result_waiter.ts";
import { StoreFeed } from "./store_feed.ts";
import { WakeDebouncer } from "./wake_debouncer.ts";

/** The parts that act on remote changes. */
export interface RemoteChangesParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly results: ResultWaiter;
  readonly reconciler: Reconciler;
  readonly waker: Waker;
}

/** Acts on what other schedulers did with a store: by its watch, by their events, and by the changes that the store notes. */
export class RemoteChanges implements ChangeListener, ChangeListening, OwnEventListener {
  readonly #parts: RemoteChangesParts;
  readonly #debouncer: WakeDebouncer;
  readonly #feed: StoreFeed | undefined;
  #isOpen = false;

  constructor(parts: RemoteChangesParts) {
    const { environment, gateway, runs, results } = parts;
    const { pendingWrites } = gateway;
    this.#parts = parts;
    this.#debouncer = new WakeDebouncer(environment.clock, () => this.changed());
    this.#feed = pendingWrites && new StoreFeed({ environment, gateway, pendingWrites, runs, results });
  }

  /** Listens, as soon as the store is open. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#parts.environment.events.openBroker();
    await this.#feed?.start();
  }

  /** Stops listening, and forgets what was published. To be called before the store is closed. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#debouncer.stop();
    await this.#feed?.stop();
  }

  /** This scheduler published something itself: the feed is not to publish it again. */
  onEvent(event: CarillonEvent): void {
    this.#feed?.published(event);
  }

  /** The store was changed by others. */
  changed(): void {
    const { environment: { logger }, gateway, reconciler, waker } = this.#parts;
    logger.debug("woken: the store was changed by another process", { store: gateway.alias });
    waker.wake();
    // What is not seen now is seen at the next heartbeat.
    reconciler.seeCancelRequests().catch((error) =>
      logger.debug("looking for cancel requests failed", { error: messageOf(error) })
    );
  }

  /** Another scheduler published something about the store. */
  received(event: CarillonEvent): void {
    if (!this.#isOpen) return;
    this.#parts.results.onEvent(event);
    if (makesWork(event.type)) this.#debouncer.call();
  }

  /** Events of others may have been missed. */
  mayHaveChanged(): void {
    if (!this.#isOpen) return;
    this.#parts.results.lookAgain();
    this.#debouncer.call();
  }
}

/** The events of others after which there is nothing to do here. */
const idleEvents: ReadonlySet<EventType> = new Set<EventType>([
  "jobClaimed",
  "jobStarted",
  "jobProgress",
  "jobLog",
  "jobStuck",
  "firesMissed",
  "firesCoalesced",
  "firesSkipped",
  "firesLate",
  // Its jobs are published one by one.
  "scheduleFired",
]);

function makesWork(type: EventType): boolean {
  const group = groupOfEvent[type];
  return group !== "scheduler" && group !== "store" && !idleEvents.has(type);
}
