import { CarillonError, messageOf } from "../../../errors.ts";
import type { SqlValue, StatementResult, Step } from "../../shared/driver.ts";
import type { Timer } from "../../../time/clock.ts";
import { systemClock } from "../../../time/system_clock.ts";
import { resultCodes } from "../native/native_errors.ts";
import { type ReplicaSource, ReplicaThread, whileAlive } from "./replica_thread.ts";

/** The shortest time from one synchronization to the next that a read asks for. */
const REST_MS = 100;

/** The settings of a replica. */
export interface ReplicaSettings extends ReplicaSource {
  /** The interval at which it is brought up to date. */
  readonly intervalMs: number;
}

/** The state of a replica. */
export interface ReplicaState {
  /** The path of its file. */
  readonly path: string;
  /** It holds whatever was committed this long ago, in milliseconds; null before it was first brought up to date. */
  readonly behindMs: number | null;
  /** True if reads are served from it just now, and not by its server. */
  readonly current: boolean;
  /** Why it could not be brought up to date the last time; undefined where it could. */
  readonly problem: string | undefined;
}

/** The last synchronization that succeeded. */
interface Synced {
  /** The count of this process's writes, and of those it had heard of, when it began. */
  readonly news: number;
  readonly startMs: number;
  /** The time by which the server's clock is ahead of this machine's. */
  readonly offsetMs: number;
}

/**
 * A copy of a server's database in a file here. Nothing is decided by what it shows: it serves what people look at, and
 * only while it holds everything that this process has written or heard of and is not older than two intervals.
 * Otherwise the server is asked. A thread of its own keeps it.
 */
export class EmbeddedReplica {
  readonly #settings: ReplicaSettings;
  readonly #primaryMs: () => Promise<number>;
  readonly #thread: ReplicaThread;
  #synced: Synced | undefined;
  #syncedMs: number | undefined;
  #news = 0;
  #count: SqlValue | undefined;
  #startMs = -Infinity;
  #syncing: Promise<void> | undefined;
  /** True if a reader would have read it since the last synchronization began. */
  #wanted = false;
  #timer: Timer | undefined;
  #problem: unknown;
  #closed = false;

  /** `primaryMs` asks the server what time it is: a synchronization with one that is out of reach blocks and complains. */
  constructor(settings: ReplicaSettings, primaryMs: () => Promise<number>) {
    this.#settings = settings;
    this.#primaryMs = primaryMs;
    this.#thread = new ReplicaThread(settings);
  }

  /** Opens the file and begins to bring it up to date. Throws `storeUnavailable` for a file that is no replica. */
  async open(): Promise<void> {
    try {
      await this.#thread.open();
    } catch (error) {
      if (!isTaken(error)) throw notOpened(error, this.#settings.path);
    }
    this.#plan();
  }

  /** This process has written something. */
  noteWrite(): void {
    this.#news++;
  }

  /** The server's count of commits, as this process has just seen it. */
  noteCount(count: SqlValue): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#news++;
  }

  /** The server's time, as far as is known here. */
  get nowMs(): number | null {
    return this.#synced ? systemClock.nowMs() + this.#synced.offsetMs : null;
  }

  /** Reads the file; undefined where the server must be asked. */
  async read(step: Step): Promise<readonly StatementResult[] | undefined> {
    if (!this.#current) {
      this.#wanted = true;
      this.#plan();
      return undefined;
    }
    try {
      return await this.#thread.read(step);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Brings the file up to date with what was committed before the call. */
  async sync(): Promise<void> {
    await whileAlive(this.#syncing ?? Promise.resolve());
    await whileAlive(this.#bringUp());
    if (this.#problem !== undefined) throw notSynced(this.#problem, this.#settings.path);
  }

  /** Its state. */
  get state(): ReplicaState {
    return {
      path: this.#settings.path,
      behindMs: this.#syncedMs === undefined ? null : Math.round(systemClock.monotonicMs() - this.#syncedMs),
      current: this.#current,
      problem: this.#problem === undefined ? undefined : problemOf(this.#problem),
    };
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#thread.close();
    await this.#syncing;
  }

  get #current(): boolean {
    const synced = this.#synced;
    if (this.#closed || this.#syncing || synced?.news !== this.#news) return false;
    return systemClock.monotonicMs() - synced.startMs <= 2 * this.#settings.intervalMs;
  }

  /** Brings it up to date soon where a reader wants to read it, and regularly else. */
  #plan(): void {
    if (this.#closed || this.#syncing) return;
    const soon = this.#wanted && !this.#current && this.#problem === undefined;
    const nowMs = systemClock.monotonicMs();
    // After a failure a whole interval: trying may have taken longer than that.
    const sinceMs = this.#problem === undefined ? this.#startMs : nowMs;
    const dueMs = sinceMs + (soon ? REST_MS : this.#settings.intervalMs);
    this.#timer?.cancel();
    const ring = () => void this.#bringUp();
    const delayMs = Math.max(0, dueMs - nowMs);
    this.#timer = systemClock.setTimer(ring, delayMs, { keepAlive: false });
  }

  #bringUp(): Promise<void> {
    this.#timer?.cancel();
    this.#wanted = false;
    return this.#syncing ??= this.#tryToSync().finally(() => {
      this.#syncing = undefined;
      this.#plan();
    });
  }

  async #tryToSync(): Promise<void> {
    const news = this.#news;
    const startMs = this.#startMs = systemClock.monotonicMs();
    try {
      const askedMs = systemClock.nowMs();
      const primaryMs = await this.#primaryMs();
      const offsetMs = Math.round(primaryMs - (askedMs + systemClock.nowMs()) / 2);
      if (this.#closed) return;
      await this.#thread.sync();
      this.#synced = { news, startMs, offsetMs };
      this.#syncedMs = startMs;
      this.#problem = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Its contents after a failure are unknown. */
  #failed(error: unknown): void {
    this.#synced = undefined;
    this.#problem = error;
  }
}

function isTaken(error: unknown): boolean {
  return (error as { readonly rawCode?: number }).rawCode === resultCodes.busy;
}

function problemOf(error: unknown): string {
  return isTaken(error) ? "another process or store keeps this file; give each its own" : messageOf(error);
}

function notOpened(error: unknown, path: string): CarillonError {
  return new CarillonError(
    "storeUnavailable",
    `Cannot open the replica ${path}: its folder must exist, and a file of this name must have been made as a replica ` +
      `(${messageOf(error)})`,
    { details: { path }, cause: error },
  );
}

function notSynced(error: unknown, path: string): CarillonError {
  return new CarillonError(
    "storeUnavailable",
    `Cannot bring the replica ${path} up to date: ${problemOf(error)}`,
    { details: { path }, cause: error, retryable: true },
  );
}
