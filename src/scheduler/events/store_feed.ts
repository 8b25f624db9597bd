import { messageOf } from "../../errors.ts";
import type { CarillonEvent } from "../../events/event.ts";
import type { ChangeRecord, NewChange } from "../../model/change_record.ts";
import type { Environment } from "../environment.ts";
import type { RunTable } from "../running/run_table.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { PendingWrites } from "../store/pending_writes.ts";
import type { ResultWaiter } from "../waiting/result_waiter.ts";

/** Number of changes that are read at a time. */
const PAGE = 500;
/** Number of published events after which the feed is read for that alone, so that they need not be remembered. */
const REMEMBERED_MAX = 1000;

/** The parts on which a feed works. */
export interface StoreFeedParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  /** The writes of this scheduler that are in flight. */
  readonly pendingWrites: PendingWrites;
  readonly runs: RunTable;
  readonly results: ResultWaiter;
}

/**
 * Publishes what others did with a store: by the changes that the store itself notes, read whenever its watch reports
 * some. The changes of this scheduler are in there too, and have been published already.
 */
export class StoreFeed {
  readonly #parts: StoreFeedParts;
  readonly #echoes = new EchoFilter();
  /** Number of the last change that was read; undefined while the end of the feed is not known. */
  #position: number | undefined;
  #unwatch: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isStale = false;

  constructor(parts: StoreFeedParts) {
    this.#parts = parts;
  }

  /** Publishes changes from now on; or, where the store cannot be read now, from the next change on. */
  async start(): Promise<void> {
    const { store } = this.#parts.gateway;
    this.#unwatch ??= store.watch(() => this.#look());
    this.#position = undefined;
    this.#look();
    await this.#reading;
  }

  /** Stops publishing. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    this.#unwatch = undefined;
    await this.#reading;
  }

  /** This scheduler published something itself. */
  published(event: CarillonEvent): void {
    if (this.#unwatch === undefined) return;
    this.#echoes.note(event);
    if (this.#echoes.size > REMEMBERED_MAX) this.#look();
  }

  #look(): void {
    if (this.#unwatch === undefined) return;
    this.#isStale = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    const { environment: { logger }, gateway: { alias: store } } = this.#parts;
    try {
      while (this.#isStale && this.#unwatch !== undefined) {
        this.#isStale = false;
        this.#echoes.begin();
        while (await this.#readPage()) { /* until its end */ }
        this.#echoes.end();
      }
    } catch (error) {
      // The next change brings the next attempt, from where this one ended.
      logger.debug("reading the changes of others failed", { store, error: messageOf(error) });
    }
  }

  /** Reads the next page; resolves to true if there is more. */
  async #readPage(): Promise<boolean> {
    const { environment: { logger, events }, gateway: { store, alias }, pendingWrites } = this.#parts;
    const after = this.#position ?? 0;
    const limit = this.#position !== undefined && events.hasListeners ? PAGE : 0;
    const { changes, deletedUpTo, last } = await store.readChanges({ after, limit });
    const isLost = limit > 0 && (after < deletedUpTo || after > last);
    if (isLost) {
      logger.warn("some changes of others are no longer kept, and were not published", { store: alias });
    }
    this.#position = isLost || limit === 0 ? last : changes.at(-1)?.seq ?? after;
    if (isLost || changes.length === 0) return false;
    await pendingWrites.settled();
    for (const change of changes) this.#pass(change);
    return changes.length === limit;
  }

  #pass(change: ChangeRecord): void {
    const { environment, gateway: { alias }, runs, results } = this.#parts;
    if (this.#echoes.take(change)) return;
    // The end of a run of this scheduler is published by itself.
    if (change.type === "jobFinished" && runs.has(change.jobId)) return;
    const event = changeEvent(change, { store: alias, origin: "store" });
    results.onEvent(event);
    environment.events.publishHere(event);
  }
}

/** Remembers the published events that the feed also has, so that they are not published again. */
class EchoFilter {
  /** Published since the current reading began, or since the last one. */
  #since = new Map<string, number>();
  /** Published before the current reading began. */
  #before = new Map<string, number>();

  /** Number of events that are remembered. */
  get size(): number {
    return this.#since.size + this.#before.size;
  }

  /** Notes an event of this scheduler. */
  note(event: CarillonEvent): void {
    const key = keyOf(event);
    if (key !== undefined) this.#since.set(key, (this.#since.get(key) ?? 0) + 1);
  }

  /** The feed is read from now on: what was published before is in what will be read. */
  begin(): void {
    for (const [key, count] of this.#since) this.#before.set(key, (this.#before.get(key) ?? 0) + count);
    this.#since.clear();
  }

  /** The feed has been read to its end: what was not in it never will be. */
  end(): void {
    this.#before.clear();
  }

  /** Returns true if a change was published here, once for each time. */
  take(change: NewChange): boolean {
    const key = keyOf(change)!;
    return takeOne(this.#before, key) || takeOne(this.#since, key);
  }
}

function takeOne(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key);
  if (count === undefined) return false;
  if (count === 1) counts.delete(key);
  else counts.set(key, count - 1);
  return true;
}

/** The key that an event shares with its change in the feed; undefined for events that the feed does not have. */
function keyOf(event: CarillonEvent | NewChange): string | undefined {
  // The removal of a waiting job is in the feed as its end.
  if (event.type === "jobFinished" || event.type === "jobRemoved") return `jobFinished ${event.jobId}`;
  if (/^task[A-Z]/.test(event.type) && "taskName" in event) return `${event.type} ${event.taskName}`;
  if (/^schedule[A-Z]/.test(event.type) && "scheduleId" in event) return `${event.type} ${event.scheduleId}`;
  return undefined;
}

/** The event of a change that a store has noted, with the fields that the feed does not have. */
export function changeEvent<More extends { readonly store: string }>(
  change: NewChange & { readonly seq?: number },
  more: More,
): CarillonEvent & More {
  const { seq: _, error, ...facts } = { error: undefined, ...change };
  const ending = change.type === "jobFinished" || (error !== undefined && error !== null) ? { error } : {};
  return { ...facts, ...ending, ...more } as unknown as CarillonEvent & More;
}
