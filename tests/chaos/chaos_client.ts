import { CarillonError } from "../../src/errors.ts";
import type { JobOptions } from "../../src/model/job_options.ts";
import type { Scheduler } from "../../src/scheduler/scheduler.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import type { Random } from "../random.ts";
import type { ChaosTasks } from "./chaos_tasks.ts";
import type { Journal } from "./journal.ts";
import { FLAKY_ATTEMPTS } from "./workload.ts";

/** Longest pause of a client between two calls. */
const REST_MS_MAX = 500;

/** Adds and cancels jobs of every kind, and writes to the journal what it asks for and what it is told. */
export class ChaosClient {
  readonly #scheduler: Scheduler;
  readonly #tasks: ChaosTasks;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #recent: string[] = [];
  #count = 0;

  constructor(scheduler: Scheduler, tasks: ChaosTasks, journal: Journal, random: Random) {
    this.#scheduler = scheduler;
    this.#tasks = tasks;
    this.#journal = journal;
    this.#random = random;
  }

  /** Goes on until the signal is aborted. Calls that fail are what chaos is about: they are written down. */
  async run(signal: AbortSignal): Promise<void> {
    const { keyed, inOrder, flaky, hanging, later, ranked, once } = this.#tasks;
    const kinds: readonly (() => Promise<unknown>)[] = [
      () => this.#add((options) => this.#scheduler.addJob(keyed, { key: `key ${this.#any(3)}` }, options)),
      () => this.#add((options) => this.#scheduler.addJob(inOrder, this.#laneInput(), options)),
      () =>
        this.#add((options) =>
          this.#scheduler.addJob(flaky, { failures: this.#any(FLAKY_ATTEMPTS + 1) }, options)
        ),
      () => this.#add((options) => this.#scheduler.addJob(hanging, undefined, options)),
      () => this.#add((options) => this.#scheduler.addJob(later, undefined, options), this.#any(2000)),
      () =>
        this.#add((options) =>
          this.#scheduler.addJob(ranked, undefined, { ...options, priority: this.#any(10) })
        ),
      () => this.#addOnce((options) => this.#scheduler.addJob(once, undefined, options)),
      () => this.#cancelOne(),
      () => Promise.resolve(void this.#awaitOne(signal)),
    ];
    while (!signal.aborted) {
      await this.#try(kinds[this.#any(kinds.length)]!);
      // real time: the processes are real ones
      await sleep(systemClock, this.#any(REST_MS_MAX), signal).catch(() => {});
    }
  }

  async #add(
    add: (options: JobOptions) => Promise<{ readonly id: string }>,
    delayMs?: number,
    key?: string,
  ): Promise<void> {
    const id = `${this.#journal.name}:${++this.#count}`;
    const notBeforeMs = delayMs === undefined ? 0 : systemClock.nowMs() + delayMs;
    this.#journal.write({ what: "adding", job: id, notBeforeMs });
    const runAt = delayMs === undefined ? {} : { runAt: new Date(notBeforeMs).toISOString() };
    const added = await add({ id, ...runAt, ...(key === undefined ? {} : { idempotencyKey: key }) });
    this.#journal.write({ what: "added", job: added.id, asked: id, key: key ?? null });
    this.#recent.push(id);
    if (this.#recent.length > 5) this.#recent.shift();
  }

  /** Work that several processes ask for at the same time, and that must be there once. */
  #addOnce(add: (options: JobOptions) => Promise<{ readonly id: string }>): Promise<void> {
    return this.#add(add, undefined, `work of ${Math.floor(systemClock.nowMs() / 500)}`);
  }

  async #cancelOne(): Promise<void> {
    const job = this.#recent[this.#any(this.#recent.length)];
    if (job === undefined) return;
    const { outcome } = await this.#scheduler.cancelJob(job);
    if (outcome === "cancelled") this.#journal.write({ what: "cancelled", job });
  }

  #awaitOne(signal: AbortSignal): Promise<void> {
    return this.#try(async () => {
      const id = `${this.#journal.name}:${++this.#count}`;
      this.#journal.write({ what: "adding", job: id, notBeforeMs: 0 });
      const handle = await this.#scheduler.addJob(this.#tasks.awaited, undefined, { id });
      this.#journal.write({ what: "added", job: handle.id, asked: id, key: null });
      const value = await handle.result({ signal });
      this.#journal.write({ what: "result", job: id, value });
    });
  }

  #laneInput(): { readonly key: string; readonly fails: boolean } {
    return { key: `lane ${this.#any(3)}`, fails: this.#any(5) === 0 };
  }

  /** A whole number from 0, below this. */
  #any(below: number): number {
    return this.#random.whole(0, below - 1);
  }

  async #try(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#journal.write({
        what: "failed",
        code: error instanceof CarillonError ? error.code : String(error),
      });
    }
  }
}
