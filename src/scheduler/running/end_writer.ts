import { messageOf } from "../../errors.ts";
import { sleep } from "../../time/clock.ts";
import type { EndedRun } from "./ended_run.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { BEATS_IN_A_LEASE } from "../leases/lease_keeper.ts";
import type { JobRun, RunCompletion } from "./job_run.ts";
import { type EndsOwner, PiggybackedEnds } from "./piggybacked_ends.ts";
import type { RunsOver, RunTable } from "./run_table.ts";

/** How long to wait before a failed write of a job's end is tried again; never longer than from one beat to the next. */
const END_RETRY_MS = { first: 100, max: 5000 };
/** How many ends are written in one call: some milliseconds of work for the store, and for those who wait for results. */
const ENDS_MAX = 250;
/** How many ends a claim takes along: more are worth a commit of their own, and would hold up what is claimed. */
const RIDING_MAX = 100;

/** What an end writer needs. */
export interface EndWriterOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  /** The incarnation that is registered, whether or not its lease holds. */
  readonly registered: () => number | undefined;
  /** Asks for the claim that these ends call for, if they do; answers whether one comes, which takes them along. */
  readonly callClaim: (ended: readonly EndedRun[]) => boolean;
}

/** Writes the ends of runs, those that come at the same moment together. */
export class EndWriter implements EndsOwner {
  readonly #options: EndWriterOptions;
  #waiting: EndedRun[] = [];
  #willFlush = false;

  constructor(options: EndWriterOptions) {
    this.#options = options;
  }

  /** Writes an end; the run stays in the table until that is done. */
  add(ended: EndedRun): void {
    this.#waiting.push(ended);
    if (this.#willFlush) return;
    this.#willFlush = true;
    queueMicrotask(() => this.#sendOff());
  }

  /** The ends that wait, for a claim to take along. Whatever it leaves goes by itself. */
  takeEnds(): PiggybackedEnds {
    if (this.#waiting.length > RIDING_MAX) this.flush();
    const ended = this.#waiting;
    this.#waiting = [];
    this.#options.runs.leave(ended.map(({ run }) => run));
    return new PiggybackedEnds(this, ended);
  }

  /** Writes the ends that wait. */
  flush(): void {
    const ended = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < ended.length; from += ENDS_MAX) {
      void this.#write(from === 0 && ended.length <= ENDS_MAX ? ended : ended.slice(from, from + ENDS_MAX));
    }
  }

  /** Asks the store whether a run has ended already, within a transaction of its function's, as often as it takes. */
  async settle(run: JobRun, completion: RunCompletion, durationMs: number): Promise<boolean> {
    const { environment: { clock, logger }, registered, runs } = this.#options;
    for (let waitMs = END_RETRY_MS.first;; waitMs = this.#longer(waitMs)) {
      try {
        const isOver = await completion.settle(durationMs);
        if (isOver) runs.over([run]);
        return isOver;
      } catch (error) {
        logger.error("asking for the end of a job failed", { job: run.job.id, error: messageOf(error) });
      }
      if (registered() !== run.fence.incarnation) return false;
      await sleep(clock, waitMs, undefined, { keepAlive: false });
    }
  }

  #longer(waitMs: number): number {
    const { leaseMs } = this.#options.environment;
    return Math.min(waitMs * 2, END_RETRY_MS.max, leaseMs / BEATS_IN_A_LEASE);
  }

  /** Writes what has come, unless a claim follows it: then that takes it along, in one step of the store. */
  #sendOff(): void {
    this.#willFlush = false;
    const { length } = this.#waiting;
    if (length > 0 && (length > RIDING_MAX || !this.#options.callClaim(this.#waiting))) this.flush();
  }

  /** These ends rode with a claim that took none: they go by themselves. */
  writeAlone(ended: readonly EndedRun[]): void {
    this.#options.runs.stay(ended.map(({ run }) => run));
    void this.#write(ended);
  }

  /** The call that was to write these ends failed. One of them may be guilty: each goes on by itself. */
  failed(ended: readonly EndedRun[], error: unknown): void {
    this.#tellFailure(ended, error);
    this.#options.runs.stay(ended.map(({ run }) => run));
    for (const one of ended) void this.#write([one]);
  }

  /** These ends are written, or refused for good. */
  async written(ended: readonly EndedRun[], accepted: readonly boolean[], over?: RunsOver): Promise<void> {
    const { environment: { logger }, runs } = this.#options;
    for (const [index, { run, transition, durationMs }] of ended.entries()) {
      if (accepted[index]) run.ended = transition;
      else if (run.completion && await run.completion.settle(durationMs).catch(() => false)) continue;
      else logger.warn("job's end refused: somebody else took it over", { job: run.job.id });
    }
    runs.over(ended.map(({ run }) => run), over);
  }

  /**
   * Writes ends, as often as it takes: an end that is lost is a run in vain. Not beyond its registration; until then the
   * fence sees to it that nobody else's run is touched.
   */
  async #write(ended: readonly EndedRun[]): Promise<void> {
    const { environment: { clock }, registered } = this.#options;
    for (let waitMs = END_RETRY_MS.first;; waitMs = this.#longer(waitMs)) {
      if (await this.#tryToWrite(ended)) return;
      // One of them may be guilty: each goes on by itself, so that only that one fails.
      if (ended.length > 1) return void ended.forEach((one) => this.#write([one]));
      const [{ run }] = ended as readonly [EndedRun];
      if (registered() !== run.fence.incarnation) return this.#options.runs.over([run]);
      await sleep(clock, waitMs, undefined, { keepAlive: false });
    }
  }

  /** Answers whether the ends are written, or refused for good. */
  async #tryToWrite(ended: readonly EndedRun[]): Promise<boolean> {
    try {
      await this.written(ended, await this.#options.gateway.jobs.end(ended));
      return true;
    } catch (error) {
      this.#tellFailure(ended, error);
      return false;
    }
  }

  #tellFailure(ended: readonly EndedRun[], error: unknown): void {
    const jobs = ended.map(({ run }) => run.job.id);
    this.#options.environment.logger.error("writing the end of jobs failed", {
      jobs,
      error: messageOf(error),
    });
  }
}
