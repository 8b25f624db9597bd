import { messageOf } from "../errors.ts";
import type { ControlParts } from "./control_env.ts";
import type { HealthBody } from "./bodies/health_body.ts";

/** How long a store may take to answer. */
const ANSWER_MAX_MS = 5000;

interface StoreLook {
  readonly name: string;
  readonly answers: boolean;
  readonly lagMs: number | null;
}

/** Looks after the scheduler and its stores; callers at the same time share one look. */
export class HealthCheck {
  readonly #parts: ControlParts;
  #look: Promise<HealthBody> | undefined;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** How all is now. Never throws. */
  look(): Promise<HealthBody> {
    this.#look ??= this.#lookOnce().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  async #lookOnce(): Promise<HealthBody> {
    const { role, state, paused, storeNames } = this.#parts.scheduler;
    const works = role === "client" || state === "running";
    // To ask a store would open it, which whoever has stopped the scheduler does not want.
    const looks = works ? await Promise.all(storeNames.map((name) => this.#lookAt(name))) : [];
    const lagsMs = looks.map(({ lagMs }) => lagMs).filter((lagMs) => lagMs !== null);
    return {
      status: works && looks.every(({ answers }) => answers) ? "ok" : "failing",
      scheduler: { role, state, paused },
      stores: looks.map(({ name, answers }) => ({ name, answers })),
      lagMs: lagsMs.length === 0 ? null : Math.max(...lagsMs),
    };
  }

  async #lookAt(store: string): Promise<StoreLook> {
    const { scheduler, clock, logger } = this.#parts;
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimer(() => late.reject(new Error("it does not answer in time")), ANSWER_MAX_MS);
    try {
      const first = scheduler.getSchedules({ store, status: "active", paused: false, limit: 1 });
      const dueMs = (await Promise.race([first, late.promise]))[0]?.nextFireTime?.epochMilliseconds;
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
