import type { Timer } from "../../time/clock.ts";
import type { Executor, ExecutorRun } from "../executor.ts";
import type { OpenConnection } from "./connection.ts";
import { PoolWorker } from "./pool_worker.ts";
import type { ResolvedPoolOptions } from "./pool_options.ts";

/** The time that a thread gets to show that its event loop turns. */
const RESPONSE_MS = 1000;

/** The number of threads or processes that may die before a run begins in them, until it fails. */
const TRIES_MAX = 3;

/** The kind of place where a pooled executor runs functions. */
export interface Place extends Pick<Executor, "kind" | "canTerminate"> {
  readonly open: OpenConnection;
}

/** An executor on a pool of threads or child processes, one run in each at a time. */
export function pooledExecutor(
  { kind, canTerminate, open }: Place,
  options: ResolvedPoolOptions,
): Required<Omit<Executor, "callsDirectly">> {
  const pool = new HostPool(open, options);
  const workers = new Map<ExecutorRun, PoolWorker>();
  return {
    kind,
    canTerminate,
    free: () => pool.free,
    async run(run) {
      for (let tries = 1;; tries++) {
        const worker = await pool.acquire(run.signal);
        workers.set(run, worker);
        try {
          await worker.ready(run.signal, options.clock);
          run.started();
          return await worker.run(run);
        } catch (error) {
          // It died while it was idle, before that was noticed: nothing was called.
          if (!worker.lostItsRun || tries === TRIES_MAX) throw error;
        } finally {
          workers.delete(run);
          pool.release(worker);
        }
      }
    },
    async terminate(run) {
      const worker = workers.get(run);
      if (worker === undefined) return false;
      const canEnd = canTerminate || await worker.isResponsive(options.clock, RESPONSE_MS);
      if (workers.get(run) !== worker) return false;
      if (canEnd) await worker.terminate();
      else pool.abandon(worker);
      return canEnd;
    },
    close: () => pool.close(),
  };
}

interface Waiting {
  readonly resolve: (worker: PoolWorker) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads or child processes, each with one run at a time: opened when needed, kept for a while, replaced when spent.
 */
export class HostPool {
  readonly #open: OpenConnection;
  readonly #options: ResolvedPoolOptions;
  /** Those that count: not abandoned, and not about to end. */
  readonly #workers = new Set<PoolWorker>();
  /** Those with nothing to do, the last used one last, so that the others grow old; with their idle timers. */
  readonly #idle = new Map<PoolWorker, Timer>();
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(open: OpenConnection, options: ResolvedPoolOptions) {
    this.#open = open;
    this.#options = options;
  }

  /** Number of runs that could get one at once. */
  get free(): number {
    return Math.max(0, this.#options.max - (this.#workers.size - this.#idle.size) - this.#waiting.length);
  }

  /** One for a run; waits when all are busy. Rejects with the signal's reason when it is aborted before. */
  acquire(signal: AbortSignal): Promise<PoolWorker> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.#isClosed = false;
    try {
      for (let i = this.#workers.size; i < this.#options.min; i++) this.#rest(this.#opened());
    } catch (error) {
      return Promise.reject(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<PoolWorker>();
    const waiting = { resolve, reject };
    this.#waiting.push(waiting);
    const giveUp = () => {
      const index = this.#waiting.indexOf(waiting);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    this.#serve();
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Takes one back after its run. */
  release(worker: PoolWorker): void {
    if (!worker.isOver && this.#workers.has(worker)) {
      if (this.#isSpent(worker)) this.#retire(worker);
      else this.#rest(worker);
    } else if (!worker.isOver) {
      this.#retire(worker);
    }
    this.#serve();
  }

  /** Gives one up that cannot be ended: another takes its place, and it no longer keeps the process alive. */
  abandon(worker: PoolWorker): void {
    this.#workers.delete(worker);
    worker.hold(false);
    this.#serve();
  }

  /** Ends those that have nothing to do, and the others after their run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const worker of [...this.#idle.keys()]) this.#retire(worker);
    await Promise.all(this.#ending);
  }

  #isSpent(worker: PoolWorker): boolean {
    const { recycleAfterJobs, recycleAfterBytes } = this.#options;
    return this.#isClosed || worker.isUnusable || worker.runs >= recycleAfterJobs ||
      worker.memoryBytes >= recycleAfterBytes;
  }

  #serve(): void {
    while (this.#waiting.length > 0 && (this.#idle.size > 0 || this.#workers.size < this.#options.max)) {
      const { resolve, reject } = this.#waiting.shift()!;
      try {
        const worker = this.#takeIdle() ?? this.#opened();
        worker.hold(true);
        resolve(worker);
      } catch (error) {
        reject(error);
      }
    }
  }

  #takeIdle(): PoolWorker | undefined {
    const latest = [...this.#idle.keys()].at(-1);
    if (latest !== undefined) this.#stir(latest);
    return latest;
  }

  #opened(): PoolWorker {
    const worker = new PoolWorker(this.#open, this.#options.modules);
    this.#workers.add(worker);
    void worker.over.then(() => {
      this.#stir(worker);
      this.#workers.delete(worker);
      this.#serve();
    });
    return worker;
  }

  /** It has nothing to do. */
  #rest(worker: PoolWorker): void {
    worker.hold(false);
    const { clock, idleTimeoutMs, min } = this.#options;
    const timeIsUp = () => {
      if (this.#workers.size > min) this.#retire(worker);
    };
    this.#idle.set(worker, clock.setTimer(timeIsUp, idleTimeoutMs, { keepAlive: false }));
  }

  /** It is no longer idle. */
  #stir(worker: PoolWorker): void {
    this.#idle.get(worker)?.cancel();
    this.#idle.delete(worker);
  }

  #retire(worker: PoolWorker): void {
    this.#stir(worker);
    this.#workers.delete(worker);
    const ending = worker.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
