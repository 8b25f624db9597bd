import { CarillonError } from "../../errors.ts";
import type { JobTransaction } from "../../model/job_transaction.ts";
import { ChangeCount } from "../sqlite/session/change_count.ts";
import type { SqlDriver, StatementResult, Step } from "../shared/driver.ts";
import { GroupCommit } from "../shared/group_commit.ts";
import type { MigrationReport, MigrationStep } from "../sqlite/schema/migrate.ts";
import type { SqliteSession, WriteOptions } from "../sqlite/session/session.ts";
import { withinTransaction } from "../sqlite/session/within_transaction.ts";
import { type SqliteOperations, sqliteOperations, sqliteReads } from "../sqlite/sqlite_store.ts";
import type { Clock } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { DataStore, StoreContext } from "../data_store.ts";
import type { TransactionStore } from "../job_store.ts";
import { backupDatabase } from "./native/backup.ts";
import { assertSameDatabase, callerTransaction } from "./caller_transaction.ts";
import { EmbeddedReplica, type ReplicaState } from "./replica/embedded_replica.ts";
import { ChangeWatch, filePace, serverPace } from "./watch/change_watch.ts";
import { LocalPeers } from "./watch/local_peers.ts";
import { checkIntegrity, checkPlans, type DatabaseSize, databaseSize } from "./inspection.ts";
import { type DatabaseOptions, migrateDatabase, openDriver, usesClient } from "./open_database.ts";

/** A data store on libSQL, with what its keepers need. */
export interface LibsqlStore extends DataStore {
  /**
   * Brings the tables to this version of Carillon, as `open` does, and reports the steps. Safe while other
   * processes do the same. Throws `storeNewerSchema` when the tables are ahead of this version.
   */
  migrate(onStep?: (step: MigrationStep) => void): Promise<MigrationReport>;
  /**
   * Copies the database into a new file, as it is at one moment and without its free pages, while all work continues:
   * a thread of its own does it. Throws `storeUnavailable` when the file cannot be written, `storeFailed` when it is
   * there already, and `invalidState` for a database that is not a file here: its server has its own backups.
   */
  backup(path: string): Promise<void>;
  /** The faults of the database, in sentences; none for a sound one. */
  integrity(): Promise<readonly string[]>;
  /** The faults of the plans that the database would follow for the statements of the loops, in sentences. */
  plans(): Promise<readonly string[]>;
  /** The size of the database. */
  size(): Promise<DatabaseSize>;
  /** The state of its embedded replica; undefined where it has none or is not open. */
  replicaState(): ReplicaState | undefined;
  /**
   * Brings its embedded replica up to date with everything that was committed before the call. Throws `storeUnavailable`
   * when it cannot be, and `invalidState` where there is none or the store is not open.
   */
  syncReplica(): Promise<void>;
}

/** Makes the store: its life cycle here, its operations on the database in `sqlite/`. */
export function makeLibsqlStore(options: DatabaseOptions): LibsqlStore {
  const { address } = options;
  const database = new OpenDatabase(options);
  const operations: SqliteOperations = sqliteOperations(database.session);
  return {
    ...operations,
    kind: "libsql",
    location: address.location,
    capabilities: {
      durable: !address.inMemory,
      shared: !address.inMemory,
      ...(isRemote(options) && { maxPayloadBytes: SERVER_PAYLOAD_BYTES_MAX }),
    },
    open: (context) => database.open(context),
    close: () => database.close(),
    watch: (listener) => database.listen(listener),
    within: (transaction) => database.within(transaction),
    migrate: (onStep) => database.using((driver) => migrateDatabase(driver, options, onStep)),
    backup: (path) => database.using((driver) => backupDatabase(driver, path, options)),
    integrity: () => database.using((driver) => checkIntegrity(driver, options.dialect)),
    plans: () => checkPlans(options),
    size: () => database.using(databaseSize),
    replicaState: () => database.replica?.state,
    syncReplica: () => database.syncReplica(),
    ...(options.replica && { replica: sqliteReads(database.looks) }),
  };
}

/** A server holds values of 5,000,000 bytes in the form in which they travel, where quotes take twice as much. */
const SERVER_PAYLOAD_BYTES_MAX = 2_000_000;

function isRemote({ address, client }: DatabaseOptions): boolean {
  return client === undefined ? address.onServer === true : client.protocol !== "file";
}

interface OpenState {
  readonly driver: SqlDriver;
  readonly replica: EmbeddedReplica | undefined;
  /** Other processes that have the same file open; undefined where no other process can, or time is virtual. */
  readonly peers: LocalPeers | undefined;
  readonly commits: GroupCommit;
}

/** A database that is opened and closed by count, by all that share the store object. */
class OpenDatabase {
  readonly watch = new ChangeWatch();
  readonly session: SqliteSession;
  /** The same for what may be read from a replica. */
  readonly looks: SqliteSession;
  readonly #options: DatabaseOptions;
  #opens = 0;
  #opening: Promise<void> | undefined;
  #state: OpenState | undefined;
  #clock: Clock = systemClock;
  /** Counts commits where the database does not report those of others. */
  readonly #count: ChangeCount | undefined;
  #within: ReturnType<typeof withinTransaction> | undefined;
  /** A database in memory lives as long as its connection, so that is kept when the store is closed. */
  #kept: SqlDriver | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#count = usesClient(options)
      ? new ChangeCount(options.dialect, (count) => this.watch.ownCount(count))
      : undefined;
    this.session = {
      dialect: options.dialect,
      nowArgument: () => (this.#clock === systemClock ? null : this.#clock.nowMs()),
      read: async (step) => await this.#opened().driver.read(step),
      write: async (step, options) => this.#noticed(await this.#write(step, options), options),
      wake: () => this.watch.call(),
      writeBulk: async (operation, items) => {
        const counted = this.#count?.bulk(operation) ?? operation;
        const { commits, replica } = this.#opened();
        const done = commits.runBulk(counted, items).finally(() => replica?.noteWrite());
        return this.#noticed(await done);
      },
    };
    this.looks = {
      ...this.session,
      nowArgument: () => this.session.nowArgument() ?? this.replica?.nowMs ?? null,
      read: async (step) => await this.replica?.read(step) ?? await this.session.read(step),
    };
  }

  get replica(): EmbeddedReplica | undefined {
    return this.#state?.replica;
  }

  async syncReplica(): Promise<void> {
    const { replica } = this;
    if (replica) return await replica.sync();
    const { location } = this.#options.address;
    throw new CarillonError(
      "invalidState",
      `Cannot bring a replica of ${location} up to date: the store has none, or is not open`,
      { details: { location } },
    );
  }

  async #write(step: Step, options: WriteOptions = {}): Promise<readonly StatementResult[]> {
    const { commits, replica } = this.#opened();
    try {
      if (!this.#count || options.quiet) return await commits.run(step, options);
      return this.#count.results(await commits.run(this.#count.step(step), options));
    } finally {
      // Also of one that failed: it may be unknown whether it happened.
      replica?.noteWrite();
    }
  }

  /** The operations within a transaction of the caller's; watchers look soon for its commit. */
  async within(transaction: JobTransaction): Promise<TransactionStore> {
    const { location } = this.#options.address;
    const caller = callerTransaction(transaction, location);
    await assertSameDatabase(caller, this.#opened().driver, this.#options);
    this.#within ??= withinTransaction({ session: this.session, count: this.#count?.alone, location });
    this.watch.hurry();
    return this.#within(caller);
  }

  /** Adds a listener; returns a function to take it back. */
  listen(listener: () => void): () => void {
    const stop = this.watch.add(listener);
    void this.#state?.peers?.listen();
    return stop;
  }

  async open({ clock }: StoreContext): Promise<void> {
    this.#opens++;
    if (this.#opens === 1) this.#clock = clock;
    this.#opening ??= this.#open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opens--;
      this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#opens === 0) return;
    await this.#opening;
    if (--this.#opens > 0) return;
    const { driver, commits, peers, replica } = this.#state!;
    await commits.idle();
    // Somebody may have opened it again meanwhile.
    if (this.#opens > 0) return;
    this.#state = this.#opening = this.#within = undefined;
    await this.watch.stop();
    await Promise.all([peers?.close(), replica?.close()]);
    if (!this.#options.address.inMemory) driver.close();
  }

  /** Uses the open connection, or one of its own where the store is not open. */
  async using<T>(use: (driver: SqlDriver) => Promise<T>): Promise<T> {
    if (this.#state) return await use(this.#state.driver);
    const driver = await this.#connect();
    try {
      return await use(driver);
    } finally {
      if (!this.#options.address.inMemory) driver.close();
    }
  }

  async #open(): Promise<void> {
    const driver = await this.#connect();
    const replica = this.#replicaOf(driver);
    try {
      await migrateDatabase(driver, this.#options);
      await replica?.open();
      await this.#startWatch(driver, replica);
    } catch (error) {
      await replica?.close();
      if (!this.#options.address.inMemory) driver.close();
      throw error;
    }
    const peers = this.#peers(driver);
    this.#state = { driver, peers, replica, commits: new GroupCommit(driver) };
    if (this.watch.listened) void peers?.listen();
  }

  #replicaOf(driver: SqlDriver): EmbeddedReplica | undefined {
    const { replica, dialect } = this.#options;
    if (!replica) return undefined;
    const now = { sql: `select ${dialect.now("?1")}`, args: [null] };
    return new EmbeddedReplica(replica, async () => Number((await driver.read([now]))[0]!.cells[0]));
  }

  #peers(driver: SqlDriver): LocalPeers | undefined {
    const { address, dialect } = this.#options;
    if (this.#count || address.inMemory || this.#clock !== systemClock) return undefined;
    return new LocalPeers({ driver, dialect, clock: this.#clock, onNudge: () => this.watch.nudge() });
  }

  async #startWatch(driver: SqlDriver, replica: EmbeddedReplica | undefined): Promise<void> {
    const count = this.#count;
    if (count) {
      const counter = async () => {
        const seen = await count.current(driver);
        replica?.noteCount(seen);
        return seen;
      };
      this.watch.start({ clock: this.#clock, counter, pace: serverPace }, await counter());
      return;
    }
    const counter = this.#options.address.inMemory ? undefined : () => driver.changeCounter?.() ?? null;
    this.watch.start({ clock: this.#clock, counter, pace: filePace });
  }

  async #connect(): Promise<SqlDriver> {
    if (this.#kept) return this.#kept;
    const driver = await openDriver(this.#options);
    if (this.#options.address.inMemory) this.#kept = driver;
    return driver;
  }

  #opened(): OpenState {
    if (this.#state) return this.#state;
    throw new CarillonError(
      "storeClosed",
      `The store ${this.#options.address.location} is not open: call open() first`,
      { details: { location: this.#options.address.location } },
    );
  }

  /** The database reports other processes' commits; of those through this object, its other users are called back here. */
  #noticed<T>(answer: T, options: WriteOptions = {}): T {
    if (options.quiet) return answer;
    if (this.#opens > 1) this.watch.call();
    this.#state?.peers?.committed();
    return answer;
  }
}
