import type { Timer } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";

/** Part of the lease that is left unused, so that a slow clock never runs a job beyond it. */
const MARGIN = 0.1;

/** The runs that must stop when the lease is lost. */
export interface LeasedRuns {
  readonly size: number;
  /** Aborts all of them. */
  leaseLost(reason: string): void;
}

/**
 * This scheduler's lease on one store: the incarnation that is registered, and how long its lease holds. By a timer of its
 * own it declares the lease lost before any other scheduler can think so.
 */
export class Lease {
  readonly #environment: Environment;
  readonly #alias: string;
  readonly #runs: LeasedRuns;
  #incarnation: number | undefined;
  #isLost = false;
  #watchdog: Timer | undefined;
  /** By the monotonic clock. */
  #holdsUntilMs = 0;

  /** The lease on the store of this alias, under which these runs run. */
  constructor(environment: Environment, alias: string, runs: LeasedRuns) {
    this.#environment = environment;
    this.#alias = alias;
    this.#runs = runs;
  }

  /** The incarnation, while there is one whose lease holds. */
  get incarnation(): number | undefined {
    this.check();
    return this.#isLost ? undefined : this.#incarnation;
  }

  /** The incarnation that is registered, whether or not its lease holds. */
  get registered(): number | undefined {
    return this.#incarnation;
  }

  /**
   * Declares the lease lost now where it has expired. A process that stood still comes to what it was doing before it
   * comes to its timers.
   */
  check(): void {
    if (this.#watchdog && this.#environment.clock.monotonicMs() > this.#holdsUntilMs) this.#expired();
  }

  /** An incarnation was registered, by a call that was sent then. */
  begin(incarnation: number, sentMs: number): void {
    this.#incarnation = incarnation;
    this.#isLost = false;
    this.#guardFrom(sentMs);
  }

  /** The lease was renewed by a beat that was sent then. Returns true if it had been lost. */
  renew(sentMs: number): boolean {
    const regained = this.#isLost;
    this.#isLost = false;
    this.#guardFrom(sentMs);
    return regained;
  }

  /** The lease is lost: all that runs here must stop now. */
  lose(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#unwatch();
    const { logger, events } = this.#environment;
    logger.error("lease lost: everything that runs here is aborted", { store: this.#alias, reason });
    events.publishOwn("leaseLost", { subject: this.#alias, error: reason });
    this.#runs.leaseLost(reason);
  }

  /** Nothing is registered from now on. */
  forget(): void {
    this.#incarnation = undefined;
    this.#unwatch();
  }

  /** Counts from before the call was sent: the store's own count can only have begun later. */
  #guardFrom(sentMs: number): void {
    const { clock, leaseMs } = this.#environment;
    this.#unwatch();
    this.#holdsUntilMs = sentMs + leaseMs * (1 - MARGIN);
    const leftMs = this.#holdsUntilMs - clock.monotonicMs();
    this.#watchdog = clock.setTimer(() => this.#expired(), leftMs, { keepAlive: false });
  }

  #unwatch(): void {
    this.#watchdog?.cancel();
    this.#watchdog = undefined;
  }

  #expired(): void {
    this.lose("no heartbeat succeeded in time");
  }
}
