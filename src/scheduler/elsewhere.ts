import { messageOf } from "../errors.ts";
import type { CarillonEvent, EventType } from "../events/event.ts";
import { groupOfEvent } from "../events/event_groups.ts";
import type { Environment } from "./environment.ts";
import { Nudges } from "./nudges.ts";
import type { Reconciler } from "./reconciler.ts";
import type { ResultWaiter } from "./result_waiter.ts";

/** What acting on the doings of others needs. */
export interface ElsewhereOptions {
  readonly environment: Environment;
  readonly alias: string;
  readonly results: ResultWaiter;
  readonly reconciler: Reconciler;
  /** Looks for work now. */
  readonly wake: () => void;
}

/** Acts on what other schedulers did with a store: by its watch, and by what they tell. */
export class Elsewhere {
  readonly #options: ElsewhereOptions;
  readonly #nudges: Nudges;

  constructor(options: ElsewhereOptions) {
    this.#options = options;
    this.#nudges = new Nudges(options.environment.clock, () => this.changed());
  }

  /** Somebody changed the store. */
  changed(): void {
    const { environment: { logger }, alias, reconciler, wake } = this.#options;
    logger.debug("woken: the store was changed elsewhere", { store: alias });
    wake();
    // What is not seen now is seen at the next beat.
    reconciler.seeCancelRequests().catch((error) =>
      logger.debug("looking for cancel requests failed", { error: messageOf(error) })
    );
  }

  /** Another scheduler told something about the store. */
  heard(event: CarillonEvent): void {
    this.#options.results.onEvent(event);
    if (makesWork(event.type)) this.#nudges.call();
  }

  /** Others may have done things that nobody told. */
  mayHaveChanged(): void {
    this.#options.results.lookAgain();
    this.#nudges.call();
  }

  /** Forgets what was told: nobody is there to act on it. */
  stop(): void {
    this.#nudges.stop();
  }
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
