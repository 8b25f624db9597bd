import { messageOf } from "../../errors.ts";
import type { CarillonEvent, EventType } from "../../events/event.ts";
import { groupOfEvent } from "../../events/event_groups.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { WakeDebouncer } from "./wake_debouncer.ts";
import type { Reconciler } from "../leases/reconciler.ts";
import type { ResultWaiter } from "../waiting/result_waiter.ts";
import type { RunTable } from "../running/run_table.ts";
import { StoreFeed } from "./store_feed.ts";

/** What acting on the doings of others needs. */
export interface RemoteChangesOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly results: ResultWaiter;
  readonly reconciler: Reconciler;
  /** Looks for work now. */
  readonly wake: () => void;
}

/** Acts on what other schedulers did with a store: by its watch, by what they tell, and by what the store notes. */
export class RemoteChanges {
  readonly #options: RemoteChangesOptions;
  readonly wakes: WakeDebouncer;
  readonly #feed: StoreFeed | undefined;
  #isOpen = false;

  constructor(options: RemoteChangesOptions) {
    this.#options = options;
    this.wakes = new WakeDebouncer(options.environment.clock, () => this.changed());
    this.#feed = feedOf(options);
  }

  /** Listens, as soon as the store is open. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#options.environment.openBroker();
    await this.#feed?.start();
  }

  /** Listens no more, and forgets what was told. To be called before the store is closed. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.wakes.stop();
    await this.#feed?.stop();
  }

  /** This scheduler told something itself. */
  told(event: CarillonEvent): void {
    this.#feed?.told(event);
  }

  /** Somebody changed the store. */
  changed(): void {
    const { environment: { logger }, gateway, reconciler, wake } = this.#options;
    logger.debug("woken: the store was changed elsewhere", { store: gateway.alias });
    wake();
    // What is not seen now is seen at the next beat.
    reconciler.seeCancelRequests().catch((error) =>
      logger.debug("looking for cancel requests failed", { error: messageOf(error) })
    );
  }

  /** Another scheduler told something about the store. */
  heard(event: CarillonEvent): void {
    if (!this.#isOpen) return;
    this.#options.results.onEvent(event);
    if (makesWork(event.type)) this.wakes.call();
  }

  /** Others may have done things that nobody told. */
  mayHaveChanged(): void {
    if (!this.#isOpen) return;
    this.#options.results.lookAgain();
    this.wakes.call();
  }
}

/** The feed, where listeners are to hear what the store notes. */
function feedOf({ gateway, environment, runs, results }: RemoteChangesOptions): StoreFeed | undefined {
  const { alias, store, writes } = gateway;
  const { logger, hasListeners, hear } = environment;
  if (writes === undefined) return undefined;
  return new StoreFeed({
    alias,
    store,
    logger,
    writes,
    runs: (jobId) => runs.has(jobId),
    hasSubscribers: hasListeners,
    onEvent(event) {
      results.onEvent(event);
      hear(event);
    },
  });
}

/** Events of others after which there is nothing to do here. */
const idleNews: ReadonlySet<EventType> = new Set<EventType>([
  "jobClaimed",
  "jobStarted",
  "jobProgress",
  "jobLog",
  "jobStuck",
  "firesMissed",
  "firesCoalesced",
  "firesSkipped",
  "firesLate",
  // Its jobs are told one by one.
  "scheduleFired",
]);

function makesWork(type: EventType): boolean {
  const group = groupOfEvent[type];
  return group !== "scheduler" && group !== "store" && !idleNews.has(type);
}
