import type { CarillonEvent } from "../../events/event.ts";
import type { NewChange } from "../../model/change_record.ts";

/** What was told here of what the feed also has: so that it is not told again. */
export class EchoFilter {
  /** Told since the reading began that is under way, or since the last one. */
  #since = new Map<string, number>();
  /** Told before the reading that is under way began. */
  #before = new Map<string, number>();

  /** How many things are noted. */
  get size(): number {
    return this.#since.size + this.#before.size;
  }

  /** Notes an event of this scheduler. */
  note(event: CarillonEvent): void {
    const key = keyOf(event);
    if (key !== undefined) this.#since.set(key, (this.#since.get(key) ?? 0) + 1);
  }

  /** The feed is read from now on; whatever was told before is in what will be read. */
  begin(): void {
    for (const [key, count] of this.#since) this.#before.set(key, (this.#before.get(key) ?? 0) + count);
    this.#since.clear();
  }

  /** The feed has been read to its end: what did not come up never will. */
  end(): void {
    this.#before.clear();
  }

  /** Whether a change was told here; it is, once for each time. */
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

/** What an event has in common with the change it tells of; undefined for what the feed does not have. */
function keyOf(event: CarillonEvent | NewChange): string | undefined {
  // The feed has of a waiting job that is removed that it has ended.
  if (event.type === "jobFinished" || event.type === "jobRemoved") return `jobFinished ${event.jobId}`;
  if (/^task[A-Z]/.test(event.type) && "taskName" in event) return `${event.type} ${event.taskName}`;
  if (/^schedule[A-Z]/.test(event.type) && "scheduleId" in event) return `${event.type} ${event.scheduleId}`;
  return undefined;
}
