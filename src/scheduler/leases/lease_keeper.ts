import { leaseIsOver } from "../../model/decisions.ts";
import type { SchedulerRecord, SchedulerWrite } from "../../model/scheduler_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { HeartbeatAnswer } from "../../stores/scheduler_store.ts";
import type { Environment } from "../environment.ts";
import type { PolledWork } from "../store/poller.ts";
import { BEATS_IN_A_LEASE } from "../store/store_health.ts";
import type { TaskCache } from "../store/task_cache.ts";
import type { Waker } from "../store/waker.ts";
import type { Lease } from "./lease.ts";
import { isCertainlyDead, ownProcessIdentity } from "./process_identity.ts";
import type { Takeover } from "./takeover.ts";

/** Compares what the store says runs here with what does. */
export interface BeatListener {
  afterBeat(answer: HeartbeatAnswer): Promise<void>;
}

/** The parts on which a lease keeper works. */
export interface LeaseKeeperParts {
  readonly environment: Environment;
  readonly store: DataStore;
  readonly lease: Lease;
  readonly takeover: Takeover;
  readonly tasks: TaskCache;
  readonly reconciler: BeatListener;
  readonly waker: Waker;
}

interface Watched {
  readonly leaseUntilMs: number;
  readonly sinceMs: number;
}

/** Registers this scheduler with a store, renews its lease by heartbeats, and watches the leases of the others. */
export class LeaseKeeper implements PolledWork {
  readonly #parts: LeaseKeeperParts;
  readonly #watched = new Map<number, Watched>();

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  /** Registers this start, after taking over the work of those that are gone beyond doubt. */
  async register(): Promise<void> {
    const { environment: { clock, status }, store, lease, takeover } = this.#parts;
    const scheduler = this.#scheduler();
    const nowMs = status.ticking ? await store.nowMs() : -Infinity;
    for (const other of await store.getSchedulers()) {
      const gone = isCertainlyDead(other.process, scheduler.process) ||
        leaseIsOver({ ...other, watchedMs: null }, nowMs);
      if (gone) await takeover.takeOver(other);
    }
    const sentMs = clock.monotonicMs();
    const { incarnation } = await store.registerScheduler(scheduler);
    lease.begin(incarnation, sentMs);
  }

  /** One heartbeat: renews the lease, or registers anew when it was taken. Resolves to the wait before the next one. */
  async round(): Promise<number> {
    const { environment: { clock, leaseMs }, store, lease, tasks, reconciler, waker } = this.#parts;
    const restMs = leaseMs / BEATS_IN_A_LEASE;
    const incarnation = lease.registered;
    if (incarnation === undefined) return restMs;
    const sentMs = clock.monotonicMs();
    const answer = await store.heartbeat(incarnation, leaseMs);
    if (lease.registered !== incarnation) return restMs;
    if (!answer.alive) {
      lease.lose("another scheduler took its work over");
      await this.register();
      waker.wake();
      return restMs;
    }
    // Where the lease was declared lost and the work was not taken, it continues: what ran was aborted by then.
    if (lease.renew(sentMs)) waker.wake();
    await reconciler.afterBeat(answer);
    await tasks.refresh();
    await this.#watch(answer);
    return restMs;
  }

  /** Gives the registration up; the last thing a scheduler does. */
  async unregister(): Promise<void> {
    const { store, lease } = this.#parts;
    const incarnation = lease.registered;
    this.forget();
    if (incarnation !== undefined) await store.unregisterScheduler(incarnation);
  }

  /** Stops keeping the lease without a call of the store: it runs out. */
  forget(): void {
    this.#parts.lease.forget();
    this.#watched.clear();
  }

  /** The record of this scheduler, as of now: the tasks that it knows may have grown. */
  #scheduler(): SchedulerWrite {
    const { name, role, registry, tags, leaseMs } = this.#parts.environment;
    const runsJobs = role === "worker" || role === "both";
    const tasks = runsJobs ? registry.versions() : [];
    return { name, role, tasks, tags, process: ownProcessIdentity(), leaseMs };
  }

  async #watch({ nowMs, others }: HeartbeatAnswer): Promise<void> {
    const { environment: { clock }, takeover } = this.#parts;
    const own = ownProcessIdentity();
    const seen = new Set(others.map((other) => other.incarnation));
    for (const incarnation of this.#watched.keys()) {
      if (!seen.has(incarnation)) this.#watched.delete(incarnation);
    }
    for (const other of others) {
      const watchedMs = clock.monotonicMs() - this.#watchedSince(other);
      const over = leaseIsOver({ ...other, watchedMs }, nowMs);
      if (over || isCertainlyDead(other.process, own)) await takeover.takeOver(other);
    }
  }

  #watchedSince({ incarnation, leaseUntilMs }: SchedulerRecord): number {
    const known = this.#watched.get(incarnation);
    if (known?.leaseUntilMs === leaseUntilMs) return known.sinceMs;
    const sinceMs = this.#parts.environment.clock.monotonicMs();
    this.#watched.set(incarnation, { leaseUntilMs, sinceMs });
    return sinceMs;
  }
}
