import { nextTurn, sleep } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";

interface BusyJob {
  /** How many timers of the virtual clock it waits for. */
  timers: number;
  /** When it was first found doing something that the clock does not know of, on the real clock. */
  busySinceMs: number | undefined;
}

/** How many turns of the event loop are waited for at full speed before the processor is left to others. */
const SPINS = 50;

/**
 * Knows when nothing is going on any more but what waits for the virtual clock: no call of the store is under way,
 * and every running job waits for a timer, or has had the patience of the test.
 */
export class Quiet {
  #patienceMs: number;
  readonly #jobs = new Map<string, BusyJob>();
  #calls = 0;

  /** `patienceMs`, in real time, is how long a job may do what the virtual clock does not see. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Counts a call of the store for as long as it takes, and hands on what it answers before its caller has that. */
  during<Answer>(call: () => Promise<Answer>, answered: (answer: Answer) => void): Promise<Answer> {
    this.#calls++;
    return call().then((answer) => {
      this.#calls--;
      answered(answer);
      return answer;
    }, (error) => {
      this.#calls--;
      throw error;
    });
  }

  /** A job begins here. */
  jobBegins(jobId: string): void {
    this.#jobs.set(jobId, { timers: 0, busySinceMs: undefined });
  }

  /** A job is over here. */
  jobEnds(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  /** A job has set a timer, or one of its timers is over. */
  jobTimer(jobId: string, change: 1 | -1): void {
    const job = this.#jobs.get(jobId);
    if (!job) return;
    job.timers += change;
    job.busySinceMs = undefined;
  }

  /** Waits for no job any more. */
  giveUp(): void {
    this.#patienceMs = 0;
  }

  /** Resolves when all is quiet. */
  async settled(): Promise<void> {
    for (let turns = 1;; turns++) {
      // One turn ends every chain of promises that has nothing else to wait for.
      await new Promise<void>((resolve) => nextTurn(resolve));
      if (this.#calls === 0 && !this.#anyBusy()) return;
      if (turns > SPINS) await sleep(systemClock, 1);
    }
  }

  #anyBusy(): boolean {
    if (this.#jobs.size === 0) return false;
    const nowMs = systemClock.monotonicMs();
    for (const job of this.#jobs.values()) {
      if (job.timers > 0) continue;
      job.busySinceMs ??= nowMs;
      if (nowMs - job.busySinceMs < this.#patienceMs) return true;
    }
    return false;
  }
}
