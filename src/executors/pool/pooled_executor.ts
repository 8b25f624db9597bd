import type { Timer } from "../../time/clock.ts";
import type { Executor, ExecutorRun } from "../executor.ts";
import type { OpenConnection } from "./connection.ts";
import { Host } from "./host.ts";
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
  const hosts = new Map<ExecutorRun, Host>();
  return {
    kind,
    canTerminate,
    free: () => pool.free,
    async run(run) {
      for (let tries = 1;; tries++) {
        const host = await pool.acquire(run.signal);
        hosts.set(run, host);
        try {
          await host.ready(run.signal, options.clock);
          run.started();
          return await host.run(run);
        } catch (error) {
          // It died while it was idle, before that was noticed: nothing was called.
          if (!host.lostItsRun || tries === TRIES_MAX) throw error;
        } finally {
          hosts.delete(run);
          pool.release(host);
        }
      }
    },
    async terminate(run) {
      const host = hosts.get(run);
      if (host === undefined) return false;
      const canEnd = canTerminate || await host.isResponsive(options.clock, RESPONSE_MS);
      if (hosts.get(run) !== host) return false;
      if (canEnd) await host.terminate();
      else pool.abandon(host);
      return canEnd;
    },
    close: () => pool.close(),
  };
}

interface Waiting {
  readonly resolve: (host: Host) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads or child processes, each with one run at a time: opened when needed, kept for a while, replaced when spent.
 */
export class HostPool {
  readonly #open: OpenConnection;
  readonly #options: ResolvedPoolOptions;
  /** Those that count: not abandoned, and not about to end. */
  readonly #hosts = new Set<Host>();
  /** Those with nothing to do, the last used one last, so that the others grow old; with their idle timers. */
  readonly #idle = new Map<Host, Timer>();
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(open: OpenConnection, options: ResolvedPoolOptions) {
    this.#open = open;
    this.#options = options;
  }

  /** Number of runs that could get one at once. */
  get free(): number {
    return Math.max(0, this.#options.max - (this.#hosts.size - this.#idle.size) - this.#waiting.length);
  }

  /** One for a run; waits when all are busy. Rejects with the signal's reason when it is aborted before. */
  acquire(signal: AbortSignal): Promise<Host> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.#isClosed = false;
    try {
      for (let i = this.#hosts.size; i < this.#options.min; i++) this.#rest(this.#opened());
    } catch (error) {
      return Promise.reject(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Host>();
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
  release(host: Host): void {
    if (!host.isOver && this.#hosts.has(host)) {
      if (this.#isSpent(host)) this.#retire(host);
      else this.#rest(host);
    } else if (!host.isOver) {
      this.#retire(host);
    }
    this.#serve();
  }

  /** Gives one up that cannot be ended: another takes its place, and it no longer keeps the process alive. */
  abandon(host: Host): void {
    this.#hosts.delete(host);
    host.hold(false);
    this.#serve();
  }

  /** Ends those that have nothing to do, and the others after their run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const host of [...this.#idle.keys()]) this.#retire(host);
    await Promise.all(this.#ending);
  }

  #isSpent(host: Host): boolean {
    const { recycleAfterJobs, recycleAfterBytes } = this.#options;
    return this.#isClosed || host.isUnusable || host.runs >= recycleAfterJobs ||
      host.memoryBytes >= recycleAfterBytes;
  }

  #serve(): void {
    while (this.#waiting.length > 0 && (this.#idle.size > 0 || this.#hosts.size < this.#options.max)) {
      const { resolve, reject } = this.#waiting.shift()!;
      try {
        const host = this.#takeIdle() ?? this.#opened();
        host.hold(true);
        resolve(host);
      } catch (error) {
        reject(error);
      }
    }
  }

  #takeIdle(): Host | undefined {
    const latest = [...this.#idle.keys()].at(-1);
    if (latest !== undefined) this.#stir(latest);
    return latest;
  }

  #opened(): Host {
    const host = new Host(this.#open, this.#options.modules);
    this.#hosts.add(host);
    void host.over.then(() => {
      this.#stir(host);
      this.#hosts.delete(host);
      this.#serve();
    });
    return host;
  }

  /** It has nothing to do. */
  #rest(host: Host): void {
    host.hold(false);
    const { clock, idleTimeoutMs, min } = this.#options;
    const timeIsUp = () => {
      if (this.#hosts.size > min) this.#retire(host);
    };
    this.#idle.set(host, clock.setTimer(timeIsUp, idleTimeoutMs, { keepAlive: false }));
  }

  /** It is no longer idle. */
  #stir(host: Host): void {
    this.#idle.get(host)?.cancel();
    this.#idle.delete(host);
  }

  #retire(host: Host): void {
    this.#stir(host);
    this.#hosts.delete(host);
    const ending = host.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
