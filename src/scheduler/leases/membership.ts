import { messageOf } from "../../errors.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Environment } from "../environment.ts";
import type { Opening } from "../store/opening.ts";
import type { Poller } from "../store/poller.ts";
import type { LeasedRuns } from "./lease.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";

/** Acts on changes that others made to the store. */
export interface ChangeListener {
  changed(): void;
}

/** The parts on which a membership works. */
export interface MembershipParts {
  readonly environment: Environment;
  readonly store: DataStore;
  readonly opening: Opening;
  readonly keeper: LeaseKeeper;
  readonly heartbeats: Poller;
  readonly runs: LeasedRuns;
  readonly changes: ChangeListener;
}

/** The registration with a store, from the first part that joins to the last that leaves, under one lease. */
export class Membership {
  readonly #parts: MembershipParts;
  #turn: Promise<void> = Promise.resolve();
  #joins = 0;
  #unwatch: (() => void) | undefined;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** True while some part has joined. */
  get joined(): boolean {
    return this.#joins > 0;
  }

  /** Registers and keeps the lease, unless that is done already. Resolves to a function that leaves again. */
  async join(): Promise<() => Promise<void>> {
    await this.#inTurn(async () => {
      if (this.#joins === 0) await this.#enter();
      this.#joins++;
    });
    let left = false;
    return async () => {
      if (left) return;
      left = true;
      await this.#inTurn(async () => {
        if (--this.#joins === 0) await this.#exit();
      });
    };
  }

  /** One after the other: a part that joins while the last one leaves must not lose the registration to it. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #enter(): Promise<void> {
    const { opening, keeper, heartbeats, store, changes } = this.#parts;
    await opening.open();
    await keeper.register();
    heartbeats.start(keeper);
    this.#unwatch = store.watch(() => changes.changed());
  }

  /** The last one to leave ends the registration: the last thing before the store is closed. */
  async #exit(): Promise<void> {
    const { environment: { logger }, keeper, heartbeats, runs } = this.#parts;
    this.#unwatch?.();
    await heartbeats.stop();
    // Runs that ignore their signal keep their slots: they must not be taken over before the lease has run out.
    if (runs.size > 0) return keeper.forget();
    try {
      await keeper.unregister();
    } catch (error) {
      logger.warn("leaving the store failed; the lease runs out", { error: messageOf(error) });
    }
  }
}
