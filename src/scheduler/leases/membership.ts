import { messageOf } from "../../errors.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { HeartbeatAnswer } from "../../stores/scheduler_store.ts";
import type { Environment } from "../environment.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import type { Poller } from "../store/poller.ts";
import { ownProcessIdentity } from "./process_identity.ts";

/** What a membership needs. */
export interface MembershipOptions {
  readonly environment: Environment;
  readonly store: DataStore;
  /** Opens the store. */
  readonly open: () => Promise<void>;
  /** Makes the poller that beats. */
  readonly poller: (round: () => Promise<number>) => Poller;
  readonly onBeat: (answer: HeartbeatAnswer) => Promise<void>;
  readonly onLost: (reason: string) => void;
  /** The lease holds again after it was lost. */
  readonly onRegained: () => void;
  readonly onGone: (scheduler: SchedulerRecord) => Promise<void>;
  /** Somebody else changed the store. */
  readonly onChange: () => void;
  /** Whether runs are left that ignore their signal. */
  readonly leavesRunsBehind: () => boolean;
}

/** Being registered with a store: from the first that joins to the last that leaves, under one lease. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #lease: LeaseKeeper;
  readonly #poller: Poller;
  #turn: Promise<void> = Promise.resolve();
  #joins = 0;
  #unwatch: (() => void) | undefined;

  constructor(options: MembershipOptions) {
    const {
      environment: { clock, name, role, registry, tags, leaseMs },
      store,
      onLost,
      onRegained,
      onBeat,
      onGone,
    } = options;
    const runsJobs = role === "worker" || role === "both";
    this.#options = options;
    this.#lease = new LeaseKeeper({
      store,
      clock,
      scheduler: () => ({
        name,
        role,
        tasks: runsJobs ? registry.versions() : [],
        tags,
        process: ownProcessIdentity(),
        leaseMs,
      }),
      onLost,
      onRegained,
      onBeat,
      onGone,
      trustsClock: options.environment.trustsClock,
    });
    this.#poller = options.poller(() => this.#lease.beat());
  }

  /** The incarnation whose lease holds. */
  get incarnation(): number | undefined {
    return this.#lease.incarnation;
  }

  /** Has everything here told now, not by a timer, that the lease is over, if it is. */
  checkLease(): void {
    this.#lease.check();
  }

  /** The incarnation that is registered, whether or not its lease holds. */
  get registered(): number | undefined {
    return this.#lease.registered;
  }

  /** Whether somebody here has joined. */
  get joined(): boolean {
    return this.#joins > 0;
  }

  /** Registers and keeps the lease, unless somebody here did already. Answers how to leave again. */
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

  /** One after the other: whoever comes while the last one leaves must not lose the registration to it. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #enter(): Promise<void> {
    await this.#options.open();
    await this.#lease.register();
    this.#poller.start();
    this.#unwatch = this.#options.store.watch(this.#options.onChange);
  }

  /** The last one to leave ends the registration: the last thing before the store is closed. */
  async #exit(): Promise<void> {
    this.#unwatch?.();
    await this.#poller.stop();
    // What still runs keeps its slot: nobody may take it over before the lease has run out.
    if (this.#options.leavesRunsBehind()) return this.#lease.forget();
    try {
      await this.#lease.unregister();
    } catch (error) {
      const { logger } = this.#options.environment;
      logger.warn("leaving the store failed; the lease runs out", { error: messageOf(error) });
    }
  }
}
