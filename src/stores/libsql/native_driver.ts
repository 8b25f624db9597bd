import type { SqlDriver, SqlValue, Statement, StatementResult, Step, StepResult } from "../../sql/driver.ts";
import { sleep } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { NativeConnection } from "./native_connection.ts";
import { isLocked, isStatementsOwnFault, meaningOf } from "./native_errors.ts";

/** How long a locked database is tried again before the call fails. */
const LOCKED_MS_MAX = 30_000;
/** The longest wait between two tries; the first ones are shorter. */
const RETRY_MS_MAX = 10;

/** Options of {@linkcode NativeDriver}. */
export interface NativeDriverOptions {
  /** How long a locked database is tried again. @default 30000 */
  readonly lockedMs?: number;
}

/**
 * Runs steps on a file or in memory through the native binding. Each transaction runs in one go, without giving the
 * event loop away; while somebody else holds the lock the wait is a timer, never a blocked loop.
 */
export class NativeDriver implements SqlDriver {
  readonly #connection: NativeConnection;
  readonly #lockedMs: number;

  /** Uses a connection, which it closes in the end. */
  constructor(connection: NativeConnection, options: NativeDriverOptions = {}) {
    this.#connection = connection;
    this.#lockedMs = options.lockedMs ?? LOCKED_MS_MAX;
  }

  /** Runs steps in one transaction, each in its savepoint. */
  async write(steps: readonly Step[]): Promise<readonly StepResult[]> {
    return await this.#whileLocked(() => {
      this.#connection.checkFile();
      this.#connection.run("begin immediate");
      return () => this.#finish(() => steps.map((step) => this.#runStep(step, steps.length > 1)));
    });
  }

  /** Runs statements on one state of the database. */
  async read(step: Step): Promise<readonly StatementResult[]> {
    return await this.#whileLocked(() => {
      if (step.length === 1) return result([this.#connection.run(step[0]!.sql, step[0]!.args)]);
      this.#connection.run("begin");
      return () => this.#finish(() => runAll(this.#connection, step));
    });
  }

  /** Runs a statement that must stand outside of any transaction. */
  async runAlone({ sql, args }: Statement): Promise<StatementResult> {
    return await this.#whileLocked(() => result(this.#connection.run(sql, args)));
  }

  /** Changes when another connection has committed. */
  changeCounter(): SqlValue {
    return this.#connection.run("pragma data_version").cells[0] ?? null;
  }

  /** Closes the connection; the last one to close a file leaves everything in that file. */
  close(): void {
    this.#connection.finish();
  }

  #runStep(step: Step, several: boolean): StepResult {
    if (several) this.#connection.run("savepoint step");
    try {
      const results = runAll(this.#connection, step);
      if (several) this.#connection.run("release step");
      return { results };
    } catch (error) {
      if (!isStatementsOwnFault(error) || !this.#connection.inTransaction) throw error;
      for (const undo of several ? ["rollback to step", "release step"] : ["rollback"]) {
        this.#connection.run(undo);
      }
      return { error: this.#meaningOf(error) };
    }
  }

  /** Commits what was begun, or leaves no trace of it, on the database and on the connection. */
  #finish<T>(work: () => T): T {
    try {
      const done = work();
      // A single step that failed has ended the transaction already.
      if (this.#connection.inTransaction) this.#connection.run("commit");
      return done;
    } catch (error) {
      this.#connection.abandon(isStatementsOwnFault(error));
      throw error;
    }
  }

  /** Tries `begin` until nobody else holds the lock; what it answers then runs once. */
  async #whileLocked<T>(begin: () => () => T): Promise<T> {
    const startMs = systemClock.monotonicMs();
    for (let tries = 0;; tries++) {
      try {
        return begin()();
      } catch (error) {
        const overMs = systemClock.monotonicMs() - startMs;
        if (!isLocked(error) || overMs >= this.#lockedMs) throw this.#meaningOf(error);
      }
      // Short and random: measured better than SQLite's own waiting in throughput, fairness and lateness.
      await sleep(systemClock, Math.random() * Math.min(RETRY_MS_MAX, 2 + tries / 4));
    }
  }

  #meaningOf(error: unknown): Error {
    return meaningOf(error, this.#connection.location);
  }
}

function runAll(connection: NativeConnection, step: readonly Statement[]): readonly StatementResult[] {
  return step.map(({ sql, args }) => connection.run(sql, args));
}

function result<T>(value: T): () => T {
  return () => value;
}
