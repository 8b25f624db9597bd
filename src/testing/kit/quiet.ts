import { nextTurn, sleep } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";

interface BusyJob {
  /** Number of timers of the virtual clock that it waits for. */
  timers: number;
  /** Real time at which it was first found doing something that the virtual clock does not see. */
  busySinceMs: number | undefined;
}

/** Number of turns of the event loop to wait for at full speed before yielding the processor. */
const SPINS = 50;

/**
 * Detects that everything waits for the virtual clock: no call of the store is pending, and every running job waits for
 * a timer or has used up the patience of the test.
 */
export class Quiet {
  #patienceMs: number;
  readonly #jobs = new Map<string, BusyJob>();
  #calls = 0;

  /** `patienceMs`, in real time, limits how long a job may do what the virtual clock does not see. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Counts a call of the store while it is pending, and passes its result on before the caller gets it. */
  during<Result>(call: () => Promise<Result>, onResult: (result: Result) => void): Promise<Result> {
    this.#calls++;
    return call().then((result) => {
      this.#calls--;
      onResult(result);
      return result;
    }, (error) => {
      this.#calls--;
      throw error;
    });
  }

  /** Notes that a job begins. */
  jobBegins(jobId: string): void {
    this.#jobs.set(jobId, { timers: 0, busySinceMs: undefined });
  }

  /** Notes that a job has ended. */
  jobEnds(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  /** Notes that a job has set a timer, or that one of its timers has ended. */
  jobTimer(jobId: string, change: 1 | -1): void {
    const job = this.#jobs.get(jobId);
    if (!job) return;
    job.timers += change;
    job.busySinceMs = undefined;
  }

  /** Stops waiting for jobs. */
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
