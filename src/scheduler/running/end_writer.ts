import { type CarillonError, type ErrorCode, isCarillonError, messageOf } from "../../errors.ts";
import { inParts } from "../../model/payload.ts";
import { defaultRetention } from "../../model/retention_options.ts";
import { clip } from "../../untrusted.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { BEATS_IN_A_LEASE } from "../store/store_health.ts";
import type { FreedSlots } from "./freed_slots.ts";
import type { EndedRun, JobRun, RunCompletion } from "./job_run.ts";
import { type EndsOwner, PiggybackedEnds } from "./piggybacked_ends.ts";
import type { RunTable } from "./run_table.ts";

/** Waits before a failed write of a job's end is tried again; never longer than from one beat to the next. */
const END_RETRY_MS = { first: 100, max: 5000 };
/** Number of ends that are written in one call: some milliseconds of work for the store and for those awaiting results. */
const ENDS_MAX = 250;
/** Characters of results that are written in one call. */
const RESULTS_MAX = 8_000_000;
/** Characters of the error of a store that are kept. */
const MESSAGE_MAX = 1000;
/** Number of ends that a claim takes along: more are worth a commit of their own, and would delay what is claimed. */
const PIGGYBACKED_MAX = 100;

/** The parts on which an end writer works. */
export interface EndWriterParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly lease: Lease;
  readonly freed: FreedSlots;
}

/** Writes the ends of runs, those that come at the same moment together. */
export class EndWriter implements EndsOwner {
  readonly #parts: EndWriterParts;
  #waiting: EndedRun[] = [];
  #willFlush = false;

  constructor(parts: EndWriterParts) {
    this.#parts = parts;
  }

  /** Writes an end; the run stays in the table until that is done. */
  add(ended: EndedRun): void {
    ended.run.hasEnded = true;
    this.#waiting.push(ended);
    if (this.#willFlush) return;
    this.#willFlush = true;
    queueMicrotask(() => this.#sendOff());
  }

  /** The ends that wait, for a claim to take along. Those that it leaves are written alone. */
  takeEnds(): PiggybackedEnds {
    if (this.#waiting.length > PIGGYBACKED_MAX || inCalls(this.#waiting).length > 1) this.flush();
    const ended = this.#waiting;
    this.#waiting = [];
    this.#parts.runs.leave(ended.map(({ run }) => run));
    return new PiggybackedEnds(this, ended);
  }

  /** Writes the ends that wait. */
  flush(): void {
    const ended = this.#waiting;
    this.#waiting = [];
    if (ended.length > 0) { for (const part of inCalls(ended)) void this.#write(part); }
  }

  /** Asks the store whether a run has ended already, within a transaction of its function, again until that succeeds. */
  async settle(run: JobRun, completion: RunCompletion, durationMs: number): Promise<boolean> {
    const { environment: { clock, logger }, lease, freed } = this.#parts;
    run.hasEnded = true;
    for (let waitMs = END_RETRY_MS.first;; waitMs = this.#longer(waitMs)) {
      try {
        const isOver = await completion.settle(durationMs);
        if (isOver) freed.free([run]);
        return isOver;
      } catch (error) {
        logger.error("asking for the end of a job failed", { job: run.job.id, error: messageOf(error) });
      }
      if (lease.registered !== run.fence.incarnation) return false;
      await sleep(clock, waitMs, undefined, { keepAlive: false });
    }
  }

  #longer(waitMs: number): number {
    const { leaseMs } = this.#parts.environment;
    return Math.min(waitMs * 2, END_RETRY_MS.max, leaseMs / BEATS_IN_A_LEASE);
  }

  /**
   * Writes the ends that wait, unless a claim follows: then {@linkcode JobLoop.round} takes them by `takeEnds`, and the
   * claim writes them in the same step of the store.
   */
  #sendOff(): void {
    this.#willFlush = false;
    const { length } = this.#waiting;
    if (length > 0 && (length > PIGGYBACKED_MAX || !this.#parts.freed.requestClaim(this.#waiting))) {
      this.flush();
    }
  }

  writeAlone(ended: readonly EndedRun[]): void {
    this.#parts.runs.stay(ended.map(({ run }) => run));
    void this.#write(ended);
  }

  /** One of the ends may be the cause: each is written by itself. */
  claimFailed(ended: readonly EndedRun[], error: unknown): void {
    this.#logFailure(ended, error);
    this.#parts.runs.stay(ended.map(({ run }) => run));
    for (const one of ended) void this.#write([one]);
  }

  writtenByClaim(ended: readonly EndedRun[], accepted: readonly boolean[]): Promise<void> {
    return this.#written(ended, accepted, true);
  }

  /** These ends are written, or refused for good. */
  async #written(ended: readonly EndedRun[], accepted: readonly boolean[], claimed = false): Promise<void> {
    const { environment: { logger }, freed } = this.#parts;
    for (const [index, { run, transition, durationMs }] of ended.entries()) {
      if (accepted[index]) run.ended = transition;
      else if (run.completion && await run.completion.settle(durationMs).catch(() => false)) continue;
      else logger.warn("the end of a job was refused: another scheduler took it over", { job: run.job.id });
    }
    freed.free(ended.map(({ run }) => run), claimed);
  }

  /**
   * Writes ends, as often as it takes: an end that is lost is a run in vain. Not beyond the registration; until then the
   * fence keeps other schedulers' runs from being touched.
   */
  async #write(ended: readonly EndedRun[]): Promise<void> {
    const { environment: { clock }, lease, freed } = this.#parts;
    for (let waitMs = END_RETRY_MS.first;; waitMs = this.#longer(waitMs)) {
      const error = await this.#tryToWrite(ended);
      if (error === undefined) return;
      // One of them may be the cause: each is written by itself, so that only that one fails.
      if (ended.length > 1) return void ended.forEach((one) => this.#write([one]));
      const [one] = ended as readonly [EndedRun];
      if (isRefusal(error) && one.transition !== one.instead) {
        return await this.#write([withoutResult(one, error)]);
      }
      const { run } = one;
      if (lease.registered !== run.fence.incarnation) return freed.free([run]);
      await sleep(clock, waitMs, undefined, { keepAlive: false });
    }
  }

  /** Resolves to undefined if the ends are written, or another scheduler has taken them over; otherwise to the error. */
  async #tryToWrite(ended: readonly EndedRun[]): Promise<unknown> {
    try {
      await this.#written(ended, await this.#parts.gateway.jobs.end(ended));
      return undefined;
    } catch (error) {
      this.#logFailure(ended, error);
      return error ?? new Error("nothing was thrown");
    }
  }

  #logFailure(ended: readonly EndedRun[], error: unknown): void {
    const jobs = ended.map(({ run }) => run.job.id);
    this.#parts.environment.logger.error("writing the end of jobs failed", { jobs, error: messageOf(error) });
  }
}

/** The ends in as many calls as they take. */
function inCalls(ended: readonly EndedRun[]): readonly (readonly EndedRun[])[] {
  const share = RESULTS_MAX / ENDS_MAX;
  const sizeOf = ({ transition }: EndedRun) =>
    share + (transition.to === "finished" ? transition.value?.length ?? 0 : 0);
  return inParts(ended, sizeOf, RESULTS_MAX);
}

/** True for what a store refuses whenever it is asked: it is about the values that it was given. */
function isRefusal(error: unknown): boolean {
  return isCarillonError(error) && !error.retryable && refusals.has(error.code);
}

const refusals: ReadonlySet<ErrorCode> = new Set(["payloadTooLarge", "storeFailed"]);

/** An end in place of one that the store refuses: an error that says so. */
function withoutResult({ local: _local, ...ended }: EndedRun, cause: unknown): EndedRun {
  const { transition } = ended;
  const message = `The store refuses the end of the run (${transition.to}): ${
    clip(messageOf(cause), MESSAGE_MAX)
  }`;
  const error = { name: "CarillonError", code: (cause as CarillonError).code, message };
  const keepMs = transition.to === "finished" ? transition.keepMs : defaultRetention.otherMs;
  const instead = { to: "finished", outcome: "error", value: null, error, keepMs } as const;
  return { ...ended, transition: instead, instead };
}
