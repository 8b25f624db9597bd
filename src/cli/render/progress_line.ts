import type { Clock } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Terminal } from "../terminal.ts";
import { printable } from "../../model/printable.ts";
import { truncate } from "./text_width.ts";
import { lengthText } from "./times.ts";

/** Work that ends within a second shows no line. */
const FIRST_MS = 1000;
const REDRAWN_EVERY_MS = 250;
/** Where lines cannot be redrawn, there are few of them. */
const REPEATED_EVERY_MS = 10_000;

/** Options of {@linkcode ProgressLine}. */
export interface ProgressLineOptions {
  readonly terminal: Terminal;
  /** The work in progress; a function is called whenever the line is drawn. */
  readonly label: string | (() => string);
  /** @default the system's clock */
  readonly clock?: Clock;
}

/** A line that names the work in progress and its duration; shown only while it takes longer than a second. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #label: string | (() => string);
  readonly #clock: Clock;
  readonly #startMs: number;
  #shown = false;
  #stop: () => void;

  /** Starts to measure the time. */
  constructor({ terminal, label, clock = systemClock }: ProgressLineOptions) {
    this.#terminal = terminal;
    this.#label = label;
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#stop = this.#later(FIRST_MS);
  }

  /** Writes something else without tearing the line. */
  around(write: () => void): void {
    this.#clear();
    write();
  }

  /** Removes the line. */
  stop(): void {
    this.#stop();
    this.#clear();
  }

  #later(delayMs: number): () => void {
    const timer = this.#clock.setTimer(() => this.#draw(), delayMs, { keepAlive: false });
    return () => timer.cancel();
  }

  #draw(): void {
    const { interactive, width } = this.#terminal;
    const label = typeof this.#label === "string" ? this.#label : this.#label();
    const text = `${printable(label)} ${lengthText(this.#clock.monotonicMs() - this.#startMs)}`;
    if (interactive) {
      this.#clear();
      this.#terminal.err(truncate(text, width - 1));
      this.#shown = true;
    } else this.#terminal.err(`${text}\n`);
    this.#stop = this.#later(interactive ? REDRAWN_EVERY_MS : REPEATED_EVERY_MS);
  }

  #clear(): void {
    if (this.#shown) this.#terminal.err("\r\u001b[K");
    this.#shown = false;
  }
}

/** Does some work, with a progress line while it takes longer than a second. */
export async function withProgress<T>(options: ProgressLineOptions, work: () => Promise<T>): Promise<T> {
  const line = new ProgressLine(options);
  try {
    return await work();
  } finally {
    line.stop();
  }
}
