import type { Clock } from "../../time/clock.ts";

/** The failures that a peer has within the window before it is refused. */
const FAILURES_MAX = 10;

const WINDOW_MS = 60_000;

/** The most peers that are remembered; the oldest is forgotten first. */
const PEERS_MAX = 10_000;

/** Counts the failed authentications of each peer, in bounded memory. */
export class FailureThrottle {
  readonly #clock: Clock;
  readonly #peers = new Map<string, { failures: number; readonly endMs: number }>();

  /** A throttle on this clock. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the milliseconds for which a peer is refused; 0 for one that is not. */
  refusedMs(peer: string): number {
    const entry = this.#peers.get(keyOf(peer));
    if (entry === undefined || entry.failures < FAILURES_MAX) return 0;
    return Math.max(0, entry.endMs - this.#clock.monotonicMs());
  }

  /** Counts a failure. */
  failed(peer: string): void {
    const key = keyOf(peer);
    const nowMs = this.#clock.monotonicMs();
    const entry = this.#peers.get(key);
    if (entry !== undefined && nowMs < entry.endMs) {
      entry.failures++;
      return;
    }
    // At the end of the order again, which is the order of the ends of the windows.
    this.#peers.delete(key);
    this.#peers.set(key, { failures: 1, endMs: nowMs + WINDOW_MS });
    for (const [oldest, { endMs }] of this.#peers) {
      if (nowMs < endMs && this.#peers.size <= PEERS_MAX) break;
      this.#peers.delete(oldest);
    }
  }
}

/** One customer has a whole /64 of IPv6 addresses. */
function keyOf(peer: string): string {
  return peer.includes(":") && !peer.includes(".") ? peer.split(":").slice(0, 4).join(":") : peer;
}
