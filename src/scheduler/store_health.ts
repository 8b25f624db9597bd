import { CarillonError, messageOf } from "../errors.ts";
import type { Environment } from "./environment.ts";

/** How long to wait after a failure before the store is tried again. */
const RETRY_MS = { first: 200, max: 10_000 };

/** Remembers whether a store answers, says it once, and spaces the attempts. */
export class StoreHealth {
  readonly #environment: Environment;
  readonly #alias: string;
  #waitMs = RETRY_MS.first;
  #failing = false;

  constructor(environment: Environment, alias: string) {
    this.#environment = environment;
    this.#alias = alias;
  }

  /** A round went well. */
  good(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#waitMs = RETRY_MS.first;
    this.#environment.logger.info("the store answers again", { store: this.#alias });
    this.#tell("storeRecovered");
  }

  /** A round failed; answers how long to wait. */
  bad(error: unknown): number {
    const fields = { store: this.#alias, error: messageOf(error) };
    const known = error instanceof CarillonError ? fields : { ...fields, stack: (error as Error)?.stack };
    if (this.#failing) this.#environment.logger.debug("the store still fails", fields);
    else this.#environment.logger.error("the store failed; trying again", known);
    if (!this.#failing) this.#tell("storeFailed", messageOf(error));
    this.#failing = true;
    const waitMs = this.#waitMs * (1 + this.#environment.random() / 4);
    this.#waitMs = Math.min(RETRY_MS.max, this.#waitMs * 2);
    return waitMs;
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
