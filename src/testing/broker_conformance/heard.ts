import assert from "node:assert/strict";
import type { BrokerListener } from "../../brokers/event_broker.ts";
import { sleep } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";

/** What one listener of a broker has heard. */
export class Heard implements BrokerListener {
  readonly messages: string[] = [];
  /** What befell the connection: `lost`, `mended`. */
  readonly troubles: string[] = [];
  readonly #limitMs: number;
  #wake: () => void = () => {};

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  readonly onMessage = (message: string): void => {
    this.messages.push(message);
    this.#wake();
  };

  readonly onLost = (): void => {
    this.troubles.push("lost");
    this.#wake();
  };

  readonly onMended = (): void => {
    this.troubles.push("mended");
    this.#wake();
  };

  /** Resolves when this message was heard; fails when it takes too long. */
  async message(message: string): Promise<void> {
    const shown = message.length > 40 ? `${message.slice(0, 40)}… (${message.length} characters)` : message;
    await this.until(() => this.messages.includes(message), `'${shown}' was not heard`);
  }

  /** Resolves when something is so; fails with `otherwise` when it takes too long. */
  async until(isSo: () => boolean, otherwise: string): Promise<void> {
    const timeUp = new AbortController();
    const timer = systemClock.setTimer(() => timeUp.abort(), this.#limitMs);
    try {
      while (!isSo()) {
        assert.ok(!timeUp.signal.aborted, `${otherwise} within ${this.#limitMs} ms`);
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        await sleep(systemClock, this.#limitMs, AbortSignal.any([woken.signal, timeUp.signal]));
      }
    } finally {
      timer.cancel();
      this.#wake = () => {};
    }
  }
}
