import type { Executor, ExecutorRun } from "../executor.ts";
import type { OpenConnection } from "./connection.ts";
import type { Host } from "./host.ts";
import { HostPool } from "./host_pool.ts";
import type { ResolvedPoolOptions } from "./pool_options.ts";

/** How long a thread may take to show that its event loop turns. */
const RESPONSE_MS = 1000;

/** How many threads or processes may die before they have a run, until that fails. */
const TRIES_MAX = 3;

/** Where a pooled executor runs functions. */
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
          // It died while it was idle, and nobody knew yet: nothing was called.
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
