import type { JobRecord } from "../../model/job_record.ts";

/** A lane that can be set aside. */
export interface BlockedLane {
  /** What it waits for, while it is. */
  closedFor: string | undefined;
  /** Who takes it up again. */
  readonly owner: { open(lane: BlockedLane): void };
}

/**
 * Lanes that are set aside because their first job must wait for a slot, by what they wait for. So a claim does not
 * look again and again at what has not changed.
 */
export class BlockedLanes {
  readonly #lanes = new Map<string, Set<BlockedLane>>();

  /** How many different things are waited for. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Sets a lane aside. */
  add(lane: BlockedLane, waitsFor: string): void {
    let lanes = this.#lanes.get(waitsFor);
    if (lanes === undefined) this.#lanes.set(waitsFor, lanes = new Set());
    lanes.add(lane);
    lane.closedFor = waitsFor;
  }

  /** Forgets a lane. */
  delete(lane: BlockedLane): void {
    if (lane.closedFor === undefined) return;
    const lanes = this.#lanes.get(lane.closedFor);
    lanes?.delete(lane);
    if (lanes?.size === 0) this.#lanes.delete(lane.closedFor);
    lane.closedFor = undefined;
  }

  /** Lets those be looked at again that wait for this. */
  open(waitedFor: string): void {
    if (this.#lanes.size === 0) return;
    for (const lane of this.#lanes.get(waitedFor) ?? []) lane.owner.open(lane);
  }
}

/** What those wait for whose schedule has no slot left. */
export function slotOfSchedule(scheduleSeq: number): string {
  return `schedule ${scheduleSeq}`;
}

/** What those wait for whose key has no slot left. */
export function slotOfKey({ taskName, concurrencyKey }: JobRecord): string {
  return `key ${JSON.stringify([taskName, concurrencyKey])}`;
}
