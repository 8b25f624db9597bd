import { closeSync, openSync } from "node:fs";
import { filePathOf } from "../address.ts";
import {
  boundValue,
  type NativeDatabase,
  type NativeDatabaseClass,
  type NativeStatement,
} from "./native_binding.ts";
import type { SqlValue, StatementResult } from "../../shared/driver.ts";
import { OpenedFile } from "./opened_file.ts";

/** Prepared statements that are kept; the store's own texts are far fewer. */
const STATEMENTS_MAX = 500;

/** The options of a connection. */
export interface NativeConnectionOptions {
  readonly binding: NativeDatabaseClass;
  /** The path that the binding opens: `:memory:` or a `file:` address. */
  readonly path: string;
  /** Its location, for people. */
  readonly location: string;
  /** Settings that hold for one connection and must be made again on the next. */
  readonly pragmas: readonly string[];
}

const whichFile = "select file from pragma_database_list where name = 'main'";

interface Prepared {
  readonly statement: NativeStatement;
  readonly answersRows: boolean;
}

/**
 * One connection with its prepared statements. The binding does not reset a statement that failed on a lock, and
 * from then on no transaction of that connection commits: such a connection is thrown away and made anew.
 */
export class NativeConnection {
  readonly #options: NativeConnectionOptions;
  readonly #statements = new Map<string, Prepared>();
  readonly #file: OpenedFile;
  #database: NativeDatabase | undefined;

  /** Connects when first used. */
  constructor(options: NativeConnectionOptions) {
    this.#options = options;
    this.#file = new OpenedFile(options.location);
  }

  /** Its location, for people. */
  get location(): string {
    return this.#options.location;
  }

  /** True if it is a database in a file: one in memory has no log. */
  get isFile(): boolean {
    return this.#options.path !== ":memory:";
  }

  /** True if a transaction is open. */
  get inTransaction(): boolean {
    return this.#database?.inTransaction ?? false;
  }

  /** Throws `storeUnavailable` where the file that was opened is there no more. */
  checkFile(): void {
    this.#file.check({ hurry: true });
  }

  /** Runs one statement to its end. */
  run(sql: string, args: readonly SqlValue[] = []): StatementResult {
    const { statement, answersRows } = this.#prepare(sql);
    const bound = args.map(boundValue);
    if (!answersRows) return { cells: [], changes: statement.run(bound).changes };
    return { cells: statement.all(bound).map((row) => row[0] ?? null), changes: 0 };
  }

  /** The first row that a statement returns, with all its columns. */
  row(sql: string): readonly SqlValue[] | undefined {
    return this.#prepare(sql).statement.all([])[0];
  }

  /** True if a statement is prepared. */
  knows(sql: string): boolean {
    return this.#statements.has(sql);
  }

  /** Prepares a statement for later. */
  prepare(sql: string): void {
    this.#prepare(sql);
  }

  /** Undoes the open transaction; unless the connection is known to be sound, the next use makes a new one. */
  abandon(sound: boolean): void {
    try {
      if (this.inTransaction) this.run("rollback");
    } catch {
      return this.#reconnect();
    }
    if (!sound) this.#reconnect();
  }

  /**
   * Brings what is in the log into the file, where no other process reads it, and lets go of the database. The binding keeps
   * its descriptors until the statements are collected, so the log, then empty, may stay.
   */
  finish(): void {
    try {
      if (this.#database && this.isFile) this.run("pragma wal_checkpoint(truncate)");
    } catch {
      // Read only, or another process writes: the log is complete, and theirs too.
    }
    this.close();
  }

  /** Lets go of the database. */
  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
  }

  #reconnect(): void {
    // A database in memory lives and dies with its connection, and no other connection can lock it.
    if (this.isFile) this.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connected().prepare(sql);
    const prepared = { statement, answersRows: statement.reader };
    if (prepared.answersRows) statement.raw(true);
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #connected(): NativeDatabase {
    if (this.#database) return this.#database;
    // Connecting again would make an empty file where the opened one was.
    this.#file.check({ hurry: false });
    if (this.isFile) createPrivately(this.#options.path);
    const database = new this.#options.binding(this.#options.path);
    try {
      const [path] = database.prepare(whichFile).raw(true).all([])[0] ?? [];
      this.#file.connected(String(path ?? ""));
      for (const pragma of this.#options.pragmas) database.prepare(`pragma ${pragma}`).all([]);
    } catch (error) {
      database.close();
      throw error;
    }
    return this.#database = database;
  }
}

/** Makes a new database readable for its owner alone, as inputs may be secret; its log follows it. */
function createPrivately(address: string): void {
  const path = filePathOf(address);
  if (path === undefined || /\?mode=r[ow]$/.test(address)) return;
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // It is there already, or cannot be made, which the binding reports.
  }
}
