import { jobProgress } from "../../context/progress.ts";
import type { ProgressInput } from "../../context/task_context.ts";
import type { JobProgress } from "../../model/job_record.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** How often progress is sent at the most: a tight loop may report. */
const SEND_EVERY_MS = 100;

/** Sends the latest progress now and then; by the clock and not only by a timer, as a busy thread has no timers. */
export class HostProgress {
  readonly #clock: Clock;
  readonly #send: (progress: JobProgress) => void;
  #latest: JobProgress | undefined;
  #sentMs = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock, send: (progress: JobProgress) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Notes progress; the first one is sent at once. */
  report(input: ProgressInput, message?: string): void {
    this.#latest = jobProgress(input, message, this.#clock.nowMs());
    const waitMs = this.#sentMs + SEND_EVERY_MS - this.#clock.monotonicMs();
    if (waitMs <= 0) return this.flush();
    this.#timer ??= this.#clock.setTimer(() => this.flush(), waitMs, { keepAlive: false });
  }

  /** Sends what is left. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#latest === undefined) return;
    this.#sentMs = this.#clock.monotonicMs();
    this.#send(this.#latest);
    this.#latest = undefined;
  }
}
