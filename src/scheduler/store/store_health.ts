import { CarillonError, isCarillonError, messageOf } from "../../errors.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import { BEATS_IN_A_LEASE } from "../leases/lease_keeper.ts";
import { type NextRoundMs, Poller } from "./poller.ts";

/** How long to wait after a failure before the store is tried again; never longer than from one beat to the next. */
const RETRY_MS = { first: 200, max: 10_000 };

/** One loop's view of the store: spaces its attempts while they fail. */
interface LoopHealth {
  /** A round went well. */
  good(): void;
  /** A round failed; answers how long to wait. */
  bad(error: unknown): number;
}

/** Remembers whether a store answers, and says once that it fails and once that all goes well again. */
export class StoreHealth {
  readonly #environment: Environment;
  readonly #alias: string;
  readonly #failing = new Set<LoopHealth>();

  constructor(environment: Environment, alias: string) {
    this.#environment = environment;
    this.#alias = alias;
  }

  /** A poller that waits longer each time the store fails it. */
  poller(round: () => Promise<NextRoundMs>, onRest: () => void): Poller {
    const { clock, keepAlive } = this.#environment;
    const health = this.#loop();
    return new Poller({
      clock,
      keepAlive,
      round,
      onSuccess: () => health.good(),
      onError: (error) => health.bad(error),
      onRest,
    });
  }

  /** Does some work as soon as the store answers. Throws what time does not mend, and whatever comes after an abort. */
  async untilItAnswers<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const { clock, keepAlive } = this.#environment;
    const health = this.#loop();
    while (true) {
      try {
        const answer = await work();
        health.good();
        return answer;
      } catch (error) {
        const mends = isCarillonError(error) && error.retryable;
        if (mends && !signal.aborted) {
          await sleep(clock, health.bad(error), signal, { keepAlive: keepAlive() });
        }
        if (mends && !signal.aborted) continue;
        this.#failing.delete(health);
        throw error;
      }
    }
  }

  /** The health of one loop: each has a wait of its own, so that one that works does not hurry one that fails. */
  #loop(): LoopHealth {
    const { leaseMs, random } = this.#environment;
    const maxMs = Math.min(RETRY_MS.max, leaseMs / BEATS_IN_A_LEASE);
    let waitMs = RETRY_MS.first;
    const loop: LoopHealth = {
      good: () => {
        waitMs = RETRY_MS.first;
        if (this.#failing.delete(loop) && this.#failing.size === 0) this.#recovered();
      },
      bad: (error) => {
        this.#failed(error);
        this.#failing.add(loop);
        const nowMs = Math.round(waitMs * (1 + random() / 4));
        waitMs = Math.min(maxMs, waitMs * 2);
        return nowMs;
      },
    };
    return loop;
  }

  #recovered(): void {
    this.#environment.logger.info("the store answers again", { store: this.#alias });
    this.#tell("storeRecovered");
  }

  #failed(error: unknown): void {
    const fields = { store: this.#alias, error: messageOf(error) };
    if (this.#failing.size > 0) return this.#environment.logger.debug("the store still fails", fields);
    const known = error instanceof CarillonError ? fields : { ...fields, stack: (error as Error)?.stack };
    this.#environment.logger.error("the store failed; trying again", known);
    this.#tell("storeFailed", messageOf(error));
  }

  #tell(type: "storeFailed" | "storeRecovered", error?: string): void {
    const { publish, clock, name } = this.#environment;
    publish({
      type,
      atMs: clock.nowMs(),
      scheduler: name,
      subject: this.#alias,
      ...(error ? { error } : {}),
    });
  }
}
