import { messageOf } from "../../errors.ts";
import type { CarillonEvent } from "../../events/event.ts";
import type { ChangeRecord } from "../../model/change_record.ts";
import type { Logger } from "../../model/logger.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { changeEvent } from "./change_event.ts";
import type { PendingWrites } from "../store/pending_writes.ts";
import { EchoFilter } from "./echo_filter.ts";

/** How many changes are read at a time. */
const PAGE = 500;
/** How much may have been told here before the feed is read for that alone, so that it need not be remembered. */
const TOLD_MAX = 1000;

/** What a feed needs. */
export interface StoreFeedOptions {
  readonly alias: string;
  readonly store: DataStore;
  readonly logger: Logger;
  /** What this scheduler is writing. */
  readonly writes: PendingWrites;
  /** Whether a job of this id runs here: then this scheduler tells how it ends. */
  readonly runs: (jobId: string) => boolean;
  /** Whether anybody hears what others did. */
  readonly hasSubscribers: () => boolean;
  /** Others did this. */
  readonly onEvent: (event: CarillonEvent) => void;
}

/**
 * Tells what others did with a store: by the changes that the store itself notes, read whenever its watch says that there
 * are some. What this scheduler did is in there too, and has been told already.
 */
export class StoreFeed {
  readonly #options: StoreFeedOptions;
  readonly #told = new EchoFilter();
  /** The last change that was read; undefined while the end of the feed is not known. */
  #position: number | undefined;
  #unwatch: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isStale = false;

  constructor(options: StoreFeedOptions) {
    this.#options = options;
  }

  /** Tells what is written from now on; or, where the store cannot say how far that is, from the next change on. */
  async start(): Promise<void> {
    const { store } = this.#options;
    this.#unwatch ??= store.watch(() => this.#look());
    this.#position = undefined;
    this.#look();
    await this.#reading;
  }

  /** Tells no more. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    this.#unwatch = undefined;
    await this.#reading;
  }

  /** This scheduler told something itself. */
  told(event: CarillonEvent): void {
    if (this.#unwatch === undefined) return;
    this.#told.note(event);
    if (this.#told.size > TOLD_MAX) this.#look();
  }

  #look(): void {
    if (this.#unwatch === undefined) return;
    this.#isStale = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    const { logger, alias: store } = this.#options;
    try {
      while (this.#isStale && this.#unwatch !== undefined) {
        this.#isStale = false;
        this.#told.begin();
        while (await this.#readPage()) { /* until its end */ }
        this.#told.end();
      }
    } catch (error) {
      // The next change brings the next attempt, from where this one ended.
      logger.debug("reading what others did failed", { store, error: messageOf(error) });
    }
  }

  /** Reads on; answers whether there is more. */
  async #readPage(): Promise<boolean> {
    const { store, writes, hasSubscribers, logger, alias } = this.#options;
    const after = this.#position ?? 0;
    const limit = this.#position !== undefined && hasSubscribers() ? PAGE : 0;
    const { changes, deletedUpTo, last } = await store.readChanges({ after, limit });
    const isLost = limit > 0 && (after < deletedUpTo || after > last);
    if (isLost) {
      logger.warn("some of what others did is not kept any more, and was not told", { store: alias });
    }
    this.#position = isLost || limit === 0 ? last : changes.at(-1)?.seq ?? after;
    if (isLost || changes.length === 0) return false;
    await writes.settled();
    for (const change of changes) this.#pass(change);
    return changes.length === limit;
  }

  #pass(change: ChangeRecord): void {
    const { alias, runs, onEvent } = this.#options;
    if (this.#told.take(change)) return;
    if (change.type === "jobFinished" && runs(change.jobId)) return;
    onEvent(changeEvent(change, { store: alias, origin: "store" }));
  }
}
