import { Hono } from "hono";
import { messageOf } from "../../errors.ts";
import type { HealthBody } from "../bodies/scheduler_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** The time that a store may take to answer. */
const ANSWER_MS_MAX = 5000;

/** Health, for whatever keeps this process running: 200 when all is well, 503 otherwise, and no more than that. */
export function healthRoutes(health: HealthCheck) {
  return new Hono<ControlEnv>()
    .get("/", async (c) => {
      const { status } = await health.current();
      return c.json({ status }, status === "ok" ? 200 : 503);
    });
}

interface StoreHealth {
  readonly name: string;
  readonly answers: boolean;
  readonly lagMs: number | null;
}

/** A check of the scheduler and its stores; requests at the same time share one check. */
export class HealthCheck {
  readonly #parts: ControlParts;
  #running: Promise<HealthBody> | undefined;

  /** A check of these parts. */
  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** Resolves to the health as of now. Never rejects. */
  current(): Promise<HealthBody> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #check(): Promise<HealthBody> {
    const { role, state, paused, storeNames } = this.#parts.scheduler;
    const works = role === "client" || state === "running";
    // A query would open the stores of a scheduler that was stopped.
    const stores = works ? await Promise.all(storeNames.map((name) => this.#checkStore(name))) : [];
    const lagsMs = stores.map(({ lagMs }) => lagMs).filter((lagMs) => lagMs !== null);
    return {
      status: works && stores.every(({ answers }) => answers) ? "ok" : "failing",
      scheduler: { role, state, paused },
      stores: stores.map(({ name, answers }) => ({ name, answers })),
      lagMs: lagsMs.length === 0 ? null : Math.max(...lagsMs),
    };
  }

  async #checkStore(store: string): Promise<StoreHealth> {
    const { scheduler, clock, logger } = this.#parts;
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimer(() => late.reject(new Error("it does not answer in time")), ANSWER_MS_MAX);
    try {
      const first = scheduler.getSchedules({ store, status: "active", paused: false, limit: 1 });
      const dueMs = (await Promise.race([first, late.promise])).items[0]?.nextFireTime?.epochMilliseconds;
      const lagMs = dueMs === undefined ? 0 : Math.max(0, clock.nowMs() - dueMs);
      return { name: store, answers: true, lagMs };
    } catch (error) {
      logger.warn("a store does not answer", { store, error: messageOf(error) });
      return { name: store, answers: false, lagMs: null };
    } finally {
      timer.cancel();
    }
  }
}
