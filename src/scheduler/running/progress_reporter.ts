import { jobProgress } from "../../context/job_facts.ts";
import type { ProgressInput } from "../../context/task_context.ts";
import type { JobProgress } from "../../model/job_record.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** How often a job's progress is written at the most. */
const WRITE_EVERY_MS = 500;

/** Collects a job's progress and writes the latest one now and then, so that a tight loop may report. */
export class ProgressReporter {
  readonly #clock: Clock;
  readonly #write: (progress: JobProgress) => Promise<void>;
  #latest: JobProgress | undefined;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  /** `write` must not reject. */
  constructor(clock: Clock, write: (progress: JobProgress) => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Notes progress; the first one is written at once. What comes after the job's end is not heard any more. */
  report(input: ProgressInput, message?: string): void {
    if (this.#closed) return;
    this.#latest = jobProgress(input, message, this.#clock.nowMs());
    if (!this.#timer) this.#flush();
  }

  /** Writes what is left and stops. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#latest) this.#writeLatest();
    await this.#writing;
  }

  #flush(): void {
    this.#timer = undefined;
    if (!this.#latest) return;
    this.#writeLatest();
    this.#timer = this.#clock.setTimer(() => this.#flush(), WRITE_EVERY_MS, { keepAlive: false });
  }

  #writeLatest(): void {
    const latest = this.#latest!;
    this.#latest = undefined;
    this.#writing = this.#writing.then(() => this.#write(latest));
  }
}
