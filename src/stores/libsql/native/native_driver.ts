import type {
  SqlDriver,
  SqlValue,
  Statement,
  StatementResult,
  Step,
  StepResult,
} from "../../shared/driver.ts";
import { nextTurn, sleep } from "../../../time/clock.ts";
import { systemClock } from "../../../time/system_clock.ts";
import type { NativeConnection } from "./native_connection.ts";
import { isLocked, isStatementsOwnFault, meaningOf } from "./native_errors.ts";
import { WriteBack } from "./write_back.ts";

/** The time for which a locked database is tried again before the call fails. */
const LOCKED_MS_MAX = 30_000;
/** The longest wait between two tries; the first ones are shorter. */
const RETRY_MS_MAX = 10;
/** The time for which statements may be prepared before the event loop gets a turn; a long one takes some milliseconds. */
const PREPARING_MS = 5;

/** Options of {@linkcode NativeDriver}. */
export interface NativeDriverOptions {
  /** The time for which a locked database is tried again. @default 30000 */
  readonly lockedMs?: number;
}

/**
 * Runs steps on a file or in memory through the native binding. Each transaction runs in one go, without giving the
 * event loop away; while another connection holds the lock the wait is a timer, never a blocked loop.
 */
export class NativeDriver implements SqlDriver {
  readonly #connection: NativeConnection;
  readonly #lockedMs: number;
  readonly #writeBack: WriteBack;
  #heldUpMs = 0;

  /** Uses a connection, which it closes in the end. */
  constructor(connection: NativeConnection, options: NativeDriverOptions = {}) {
    this.#connection = connection;
    this.#writeBack = new WriteBack(connection);
    this.#lockedMs = options.lockedMs ?? LOCKED_MS_MAX;
  }

  /** Runs steps in one transaction, each in its savepoint. */
  async write(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const preparing = this.#prepared(steps);
    if (preparing) await preparing;
    return await this.#whileLocked(() => {
      this.#connection.checkFile();
      this.#connection.run("begin immediate");
      return () => this.#finish(() => steps.map((step) => this.#runStep(step, steps.length > 1)));
    });
  }

  /** Runs statements on one state of the database. */
  async read(step: Step): Promise<readonly StatementResult[]> {
    const preparing = this.#prepared([step]);
    if (preparing) await preparing;
    return await this.#whileLocked(() => {
      if (step.length === 1) return result([this.#connection.run(step[0]!.sql, step[0]!.args)]);
      this.#connection.run("begin");
      // Not committed: while a write waits for the lock, its `begin` counts as under way, and no commit would pass it.
      return () => this.#finish(() => runAll(this.#connection, step), "rollback");
    });
  }

  /** Runs a statement that must stand outside of any transaction. */
  async runAlone({ sql, args }: Statement): Promise<StatementResult> {
    return await this.#whileLocked(() => result(this.#connection.run(sql, args)));
  }

  /** The time that the statements of the last write took. */
  heldUpMs(): number {
    return this.#heldUpMs;
  }

  /** Brings the log into the file, where enough was written to it. */
  upkeep(): (() => Promise<void>) | undefined {
    if (!this.#connection.isFile || !this.#writeBack.isDue) return undefined;
    return async () => {
      await new Promise<void>((resolve) => nextTurn(resolve));
      try {
        this.#writeBack.run();
      } catch {
        // The log stays complete, and whatever is wrong shows at the next transaction.
        this.#connection.abandon(false);
      }
    };
  }

  /** Changes when another connection has committed. */
  changeCounter(): SqlValue {
    return this.#connection.run("pragma data_version").cells[0] ?? null;
  }

  /** Closes the connection; the last one to close a file leaves everything in that file. */
  close(): void {
    this.#connection.finish();
  }

  /**
   * Prepares new statements before a transaction begins, so that no other process waits for the lock meanwhile; the first claim of
   * a process has 20 ms of them. One that cannot be prepared says so when it is run.
   */
  async #prepare(texts: readonly string[]): Promise<void> {
    let startMs = systemClock.monotonicMs();
    for (const sql of texts) {
      try {
        this.#connection.prepare(sql);
      } catch {
        return;
      }
      if (systemClock.monotonicMs() - startMs < PREPARING_MS) continue;
      await new Promise<void>((resolve) => nextTurn(resolve));
      startMs = systemClock.monotonicMs();
    }
  }

  /** Waits for nothing where all statements are known. */
  #prepared(steps: readonly Step[]): Promise<void> | undefined {
    const unknown = new Set<string>();
    for (const step of steps) {
      for (const { sql } of step) if (!this.#connection.knows(sql)) unknown.add(sql);
    }
    return unknown.size === 0 ? undefined : this.#prepare([...unknown]);
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

  /** Ends what was begun, or leaves no trace of it, on the database and on the connection. */
  #finish<T>(work: () => T, end: "commit" | "rollback" = "commit"): T {
    try {
      const startMs = systemClock.monotonicMs();
      const done = work();
      this.#heldUpMs = systemClock.monotonicMs() - startMs;
      // A single step that failed has ended the transaction already.
      if (this.#connection.inTransaction) this.#connection.run(end);
      return done;
    } catch (error) {
      this.#connection.abandon(isStatementsOwnFault(error));
      throw error;
    }
  }

  /** Tries `begin` until no other connection holds the lock; its result then runs once. */
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
