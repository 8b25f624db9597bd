import type { Clock } from "../time/clock.ts";
import { lengthText } from "./render/times.ts";
import { truncate } from "./render/text_width.ts";
import type { Terminal } from "./terminal.ts";

/** Nothing is said about what is done within a second. */
const FIRST_MS = 1000;
const REDRAWN_EVERY_MS = 250;
/** Where lines cannot be redrawn, there are few of them. */
const REPEATED_EVERY_MS = 10_000;

/** Options of {@linkcode withProgress}. */
export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** What is being done, asked for whenever it is shown. */
  readonly label: () => string;
}

/** A line that says what is going on and for how long; it is there only while something takes longer than a second. */
export class ProgressLine {
  readonly #options: ProgressOptions;
  readonly #startMs: number;
  #shown = false;
  #stop: () => void;

  /** Starts to watch the time. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
    this.#stop = this.#later(FIRST_MS);
  }

  /** Writes something else without tearing the line. */
  around(write: () => void): void {
    this.#clear();
    write();
  }

  /** Takes the line away. */
  stop(): void {
    this.#stop();
    this.#clear();
  }

  #later(delayMs: number): () => void {
    const timer = this.#options.clock.setTimer(() => this.#draw(), delayMs, { keepAlive: false });
    return () => timer.cancel();
  }

  #draw(): void {
    const { terminal, clock, label } = this.#options;
    const text = `${label()} ${lengthText(clock.monotonicMs() - this.#startMs)}`;
    if (terminal.interactive) {
      this.#clear();
      terminal.err(truncate(text, terminal.width - 1));
      this.#shown = true;
    } else terminal.err(`${text}\n`);
    this.#stop = this.#later(terminal.interactive ? REDRAWN_EVERY_MS : REPEATED_EVERY_MS);
  }

  #clear(): void {
    if (this.#shown) this.#options.terminal.err("\r\u001b[K");
    this.#shown = false;
  }
}

/** Does something, with a line that says so while it takes longer than a second. */
export async function withProgress<T>(options: ProgressOptions, work: () => Promise<T>): Promise<T> {
  const line = new ProgressLine(options);
  try {
    return await work();
  } finally {
    line.stop();
  }
}
