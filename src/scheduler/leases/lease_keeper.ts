import { leaseIsOver } from "../../model/decisions.ts";
import type { SchedulerRecord, SchedulerWrite } from "../../model/scheduler_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { HeartbeatAnswer } from "../../stores/scheduler_store.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { isCertainlyDead } from "./process_identity.ts";

/** Part of the lease that is left unused, so that a slow clock never runs a job beyond it. */
const MARGIN = 0.1;

/** How often a scheduler beats in the time of one lease. */
export const BEATS_IN_A_LEASE = 3;

/** What a lease keeper needs. */
export interface LeaseKeeperOptions {
  readonly store: DataStore;
  readonly clock: Clock;
  /** How this scheduler registers: what it knows may have grown since. */
  readonly scheduler: () => SchedulerWrite;
  /** The lease is over or was taken: whatever runs must stop now. */
  readonly onLost: (reason: string) => void;
  /** The lease holds again after it was lost: there may be work to take. */
  readonly onRegained: () => void;
  /** A beat was answered. */
  readonly onBeat: (answer: HeartbeatAnswer) => Promise<void>;
  /** Another scheduler is gone. */
  readonly onGone: (scheduler: SchedulerRecord) => Promise<void>;
  /** Whether it lives too short to watch others for a lease, so that the store's clock alone must decide. */
  readonly trustsClock: () => boolean;
}

interface Watched {
  readonly leaseUntilMs: number;
  readonly sinceMs: number;
}

/**
 * Keeps this scheduler's one lease: registers an incarnation, renews it, watches the others', and by a timer of
 * its own says that the lease is lost before anybody else can think so.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #watched = new Map<number, Watched>();
  #incarnation: number | undefined;
  #watchdog: Timer | undefined;
  /** By the clock that never jumps. */
  #holdsUntilMs = 0;
  #lost = false;
  readonly #leaseMs: number;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#leaseMs = options.scheduler().leaseMs;
  }

  /** The incarnation, while there is one whose lease holds. */
  get incarnation(): number | undefined {
    this.check();
    return this.#lost ? undefined : this.#incarnation;
  }

  /**
   * Says now that the lease is lost where its time is over. A process that stood still comes to what it was doing
   * before it comes to its timers.
   */
  check(): void {
    if (this.#watchdog && this.#options.clock.monotonicMs() > this.#holdsUntilMs) this.#timeIsOver();
  }

  /** The incarnation that is registered, whether or not its lease holds. */
  get registered(): number | undefined {
    return this.#incarnation;
  }

  /** Registers this start, after burying those that are gone beyond doubt. */
  async register(): Promise<void> {
    const { store, clock } = this.#options;
    const scheduler = this.#options.scheduler();
    const nowMs = this.#options.trustsClock() ? await store.nowMs() : -Infinity;
    for (const other of await store.getSchedulers()) {
      const gone = isCertainlyDead(other.process, scheduler.process) ||
        leaseIsOver({ ...other, watchedMs: null }, nowMs);
      if (gone) await this.#options.onGone(other);
    }
    const sentMs = clock.monotonicMs();
    const { incarnation } = await store.registerScheduler(scheduler);
    this.#incarnation = incarnation;
    this.#lost = false;
    this.#guardFrom(sentMs);
  }

  /** Renews the lease; registers anew when it was taken. Answers when to beat again. */
  async beat(): Promise<number> {
    const { store, clock, onBeat } = this.#options;
    const incarnation = this.#incarnation;
    if (incarnation === undefined) return this.#beatAgainMs;
    const sentMs = clock.monotonicMs();
    const answer = await store.heartbeat(incarnation, this.#leaseMs);
    if (this.#incarnation !== incarnation) return this.#beatAgainMs;
    if (!answer.alive) {
      this.#lose("another scheduler took its work over");
      await this.register();
      this.#options.onRegained();
      return this.#beatAgainMs;
    }
    // Where the watchdog spoke and nobody took the work, the lease goes on: what ran was aborted by then.
    const regained = this.#lost;
    this.#lost = false;
    this.#guardFrom(sentMs);
    if (regained) this.#options.onRegained();
    await onBeat(answer);
    await this.#watch(answer);
    return this.#beatAgainMs;
  }

  /** Gives the registration up; the last thing a scheduler does. */
  async unregister(): Promise<void> {
    const incarnation = this.#incarnation;
    this.forget();
    if (incarnation !== undefined) await this.#options.store.unregisterScheduler(incarnation);
  }

  /** Stops keeping the lease without a word to the store: it runs out. */
  forget(): void {
    this.#incarnation = undefined;
    this.#unwatch();
    this.#watched.clear();
  }

  get #beatAgainMs(): number {
    return this.#leaseMs / BEATS_IN_A_LEASE;
  }

  /** Counts from before the beat was sent: the store's own count can only have begun later. */
  #guardFrom(sentMs: number): void {
    const { clock } = this.#options;
    this.#unwatch();
    this.#holdsUntilMs = sentMs + this.#leaseMs * (1 - MARGIN);
    const leftMs = this.#holdsUntilMs - clock.monotonicMs();
    this.#watchdog = clock.setTimer(() => this.#timeIsOver(), leftMs, { keepAlive: false });
  }

  #unwatch(): void {
    this.#watchdog?.cancel();
    this.#watchdog = undefined;
  }

  #timeIsOver(): void {
    this.#lose("no heartbeat was answered in time");
  }

  #lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#unwatch();
    this.#options.onLost(reason);
  }

  async #watch({ nowMs, others }: HeartbeatAnswer): Promise<void> {
    const { clock, onGone } = this.#options;
    const own = this.#options.scheduler().process;
    const seen = new Set(others.map((other) => other.incarnation));
    for (const incarnation of this.#watched.keys()) {
      if (!seen.has(incarnation)) this.#watched.delete(incarnation);
    }
    for (const other of others) {
      const watchedMs = clock.monotonicMs() - this.#watchedSince(other);
      const over = leaseIsOver({ ...other, watchedMs }, nowMs);
      if (over || isCertainlyDead(other.process, own)) await onGone(other);
    }
  }

  #watchedSince({ incarnation, leaseUntilMs }: SchedulerRecord): number {
    const known = this.#watched.get(incarnation);
    if (known?.leaseUntilMs === leaseUntilMs) return known.sinceMs;
    const sinceMs = this.#options.clock.monotonicMs();
    this.#watched.set(incarnation, { leaseUntilMs, sinceMs });
    return sinceMs;
  }
}
