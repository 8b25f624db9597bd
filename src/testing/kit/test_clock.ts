import { tryCurrentJob } from "../../context/current_job.ts";
import { CarillonError } from "../../errors.ts";
import { type Clock, sleep, type Timer, type TimerOptions } from "../../time/clock.ts";
import { type DurationInput, durationMs } from "../../time/duration.ts";
import { epochMsOf, type MomentInput } from "../../time/moment.ts";
import { Temporal } from "../../time/temporal.ts";
import { VirtualClock } from "../../time/virtual_clock.ts";

/** The parts of the kit that a test's clock uses. */
export interface TestClockParts {
  readonly startMs: number;
  /** Zone of moments that name none. */
  readonly timeZone: string;
  /** Resolves when everything is done that does not wait for the clock. */
  readonly settled: () => Promise<void>;
  /** Called when a job has set a timer, or when one has fired. */
  readonly onJobTimer: (jobId: string, change: 1 | -1) => void;
  /** The next fire time of one schedule, or of all. */
  readonly nextFireTimeMs: (scheduleId: string | undefined) => Promise<number | null>;
}

/**
 * The clock of a test: it stands still until the test moves it, and then waits for everything that happens on the way.
 * Jobs may wait on it, too (`clock.sleep`).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testScheduler } from "carillon/testing";
 *
 * await using t = await testScheduler();
 * await t.clock.advanceTo("2026-01-02T12:00:00Z");
 * assert.equal(t.clock.now().toString(), "2026-01-02T12:00:00Z");
 * ```
 */
export class TestClock extends VirtualClock {
  /** The clock of the scheduler itself, whose timers belong to no job. */
  readonly ofScheduler: Clock;
  readonly #parts: TestClockParts;

  /** Made by `testScheduler`. */
  constructor(parts: TestClockParts) {
    super(parts.startMs);
    this.#parts = parts;
    this.ofScheduler = {
      nowMs: () => this.nowMs(),
      monotonicMs: () => this.monotonicMs(),
      setTimer: (callback, delayMs) => super.setTimer(callback, delayMs),
    };
  }

  /** The current time. */
  now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.nowMs());
  }

  /** Sets a timer that fires when the clock is moved to it. */
  override setTimer(callback: () => void, delayMs: number, _options?: TimerOptions): Timer {
    const jobId = tryCurrentJob()?.id;
    if (jobId === undefined) return super.setTimer(callback, delayMs);
    let over = false;
    const end = () => {
      if (!over) this.#parts.onJobTimer(jobId, -1);
      over = true;
    };
    this.#parts.onJobTimer(jobId, 1);
    const timer = super.setTimer(() => {
      end();
      callback();
    }, delayMs);
    return {
      cancel() {
        end();
        timer.cancel();
      },
    };
  }

  /** Waits until the clock has moved by a duration; resolves early when the signal aborts. */
  sleep(duration: DurationInput, signal?: AbortSignal): Promise<void> {
    return sleep(this, durationMs(duration, "duration"), signal);
  }

  /** Moves the clock to a moment in the future. Throws `invalidOption` for one in the past. */
  async advanceTo(moment: MomentInput): Promise<void> {
    const leftMs = epochMsOf(moment, "moment", this.#parts.timeZone) - this.nowMs();
    if (leftMs < 0) {
      throw new CarillonError(
        "invalidOption",
        `A test's clock only moves forward: it shows ${this.now()}, and ${moment} is past; use jump() to set it back`,
      );
    }
    await this.advance({ milliseconds: leftMs });
  }

  /**
   * Moves the clock to the next fire time, of one schedule or of any, and lets it fire. Resolves to the instant. Throws
   * `invalidState` when no fire is left.
   */
  async advanceToNextFire(scheduleId?: string): Promise<Temporal.Instant> {
    await this.settle();
    const fireMs = await this.#parts.nextFireTimeMs(scheduleId);
    if (fireMs === null) {
      const what = scheduleId === undefined ? "No schedule" : `Schedule '${scheduleId}'`;
      throw new CarillonError("invalidState", `${what} has no fire ahead, so there is no time to advance to`);
    }
    await this.advance({ milliseconds: Math.max(0, fireMs - this.nowMs()) });
    return Temporal.Instant.fromEpochMilliseconds(fireMs);
  }

  /** Moves the clock to its next timer and lets it fire; resolves to false if there was none within the time. */
  async advanceToNextTimer(withinMs: number): Promise<boolean> {
    await this.settle();
    const leftMs = this.nextTimerInMs;
    if (leftMs === undefined || leftMs > withinMs) return false;
    // Timers may lie between two milliseconds; durations may not.
    await this.advance({ milliseconds: Math.ceil(leftMs) });
    return true;
  }

  /** Runs everything that can run without the clock moving. */
  protected override settle(): Promise<void> {
    return this.#parts.settled();
  }
}
