import { isCarillonError, messageOf } from "../../errors.ts";
import { fieldOf } from "../../untrusted.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import { type LoopHealth, Poller, type RestListeners } from "./poller.ts";

/** Waits between attempts after failures; never longer than from one beat to the next. */
const RETRY_MS = { first: 200, max: 10_000 };

/** Number of heartbeats in the time of one lease. */
export const BEATS_IN_A_LEASE = 3;

/** Remembers whether a store works, and reports once that it fails and once that it has recovered. */
export class StoreHealth {
  readonly #environment: Environment;
  readonly #alias: string;
  readonly #failing = new Set<LoopHealth>();
  /** By the monotonic clock. */
  #failingSinceMs = 0;

  constructor(environment: Environment, alias: string) {
    this.#environment = environment;
    this.#alias = alias;
  }

  /** Time for which it has been failing; 0 while it works. */
  get failingMs(): number {
    return this.#failing.size === 0 ? 0 : this.#environment.clock.monotonicMs() - this.#failingSinceMs;
  }

  /** Makes a poller that waits longer each time the store fails it. */
  poller(rest: RestListeners): Poller {
    return new Poller(this.#environment, this.#loop(), rest);
  }

  /**
   * Does some work, again and again until the store can be reached. Throws what time does not mend, and any failure after
   * an abort.
   */
  async untilItAnswers<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const { clock, status } = this.#environment;
    const health = this.#loop();
    while (true) {
      try {
        const answer = await work();
        health.succeeded();
        return answer;
      } catch (error) {
        const mends = isCarillonError(error) && error.retryable;
        if (mends && !signal.aborted) {
          await sleep(clock, health.failed(error), signal, { keepAlive: status.keepsAlive });
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
      succeeded: () => {
        waitMs = RETRY_MS.first;
        if (this.#failing.delete(loop) && this.#failing.size === 0) this.#recovered();
      },
      failed: (error) => {
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
    this.#environment.logger.info("the store works again", { store: this.#alias });
    this.#publish("storeRecovered");
  }

  #failed(error: unknown): void {
    const fields = { store: this.#alias, error: messageOf(error) };
    if (this.#failing.size > 0) return this.#environment.logger.debug("the store still fails", fields);
    this.#failingSinceMs = this.#environment.clock.monotonicMs();
    const known = isCarillonError(error) ? fields : { ...fields, stack: fieldOf(error, "stack") };
    this.#environment.logger.error("the store failed; trying again", known);
    this.#publish("storeFailed", messageOf(error));
  }

  #publish(type: "storeFailed" | "storeRecovered", error?: string): void {
    this.#environment.events.publishOwn(type, { subject: this.#alias, ...(error ? { error } : {}) });
  }
}
