/** Measures how long the event loop of this process stands still, and how much of that is its own work. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { systemClock } from "../src/time/system_clock.ts";

/** Interval between two checks of the event loop. */
const TURN_MS = 1;

/** The measurements, gap by gap. */
export interface LoopGaps {
  /** Times for which the loop stood still. */
  readonly gapsMs: number[];
  /** For how long of that the thread was at work: the rest is the disk and, on a machine that does other things, those. */
  readonly busyMs: number[];
}

/** Measures until it is ended. */
export class GapMeter {
  readonly #gaps: LoopGaps = { gapsMs: [], busyMs: [] };
  #last: { readonly ms: number; readonly busyMs: number } | undefined;
  #ended = false;

  constructor() {
    this.#turn();
  }

  /** Ends it, and returns the measurements. */
  end(): LoopGaps {
    this.#ended = true;
    return this.#gaps;
  }

  #turn(): void {
    const now = { ms: systemClock.monotonicMs(), busyMs: threadMs() };
    if (this.#last) {
      this.#gaps.gapsMs.push(now.ms - this.#last.ms - TURN_MS);
      this.#gaps.busyMs.push(now.busyMs - this.#last.busyMs);
    }
    this.#last = now;
    if (!this.#ended) systemClock.setTimer(() => this.#turn(), TURN_MS);
  }
}

/** Processor time of the main thread, where the system reports it; else of the process, with its collectors and compilers. */
function threadMs(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}
