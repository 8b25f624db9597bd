import type { JobRecord } from "../../../src/model/job_record.ts";
import type { ScheduleRecord } from "../../../src/model/schedule_record.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import type { VirtualClock } from "../../../src/time/virtual_clock.ts";

/** One of the stores that are compared, with what its users remember of its answers. */
export class Subject {
  readonly store: DataStore;
  readonly clock: VirtualClock;
  /** Schedulers in order of registering, dead ones too. */
  readonly incarnations: number[] = [];
  /** Leases as they were seen, by scheduler. */
  readonly leases = new Map<number, number>();
  /** Up to where the changes were read. */
  cursor = 0;
  /** Runs in order of claiming, ended ones too. */
  readonly runs: JobRecord[] = [];
  /** Schedules as they were read, old readings too. */
  readonly readings: ScheduleRecord[] = [];
  readonly #numbers = new Map<string, Map<unknown, number>>();

  constructor(store: DataStore, clock: VirtualClock) {
    this.store = store;
    this.clock = clock;
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  /** Remembers the runs in a result, and returns it. */
  claimed<Answer extends { readonly claimed: readonly JobRecord[] }>(answer: Answer): Answer {
    this.runs.push(...answer.claimed);
    return answer;
  }

  /** Remembers readings of schedules, and returns them. */
  read<Answer extends readonly ScheduleRecord[] | undefined>(answer: Answer): Answer {
    this.readings.push(...answer ?? []);
    return answer;
  }

  /**
   * An answer without what stores may choose: identities become the order in which they first appeared,
   * versions of schedules and calendars go.
   */
  normalized(value: unknown, identity?: string): unknown {
    if (typeof value === "number" && identity !== undefined) return this.#numberOf(identity, value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.normalized(item, identity));
    const entries = Object.entries(value).filter(([key]) => key !== "version" || "settings" in value);
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, this.normalized(inner, identityOf(key, value))]),
    );
  }

  #numberOf(kind: string, value: number): number {
    const numbers = this.#numbers.get(kind) ?? new Map<unknown, number>();
    this.#numbers.set(kind, numbers);
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value) as number;
  }
}

/** Whose identity a number is: what the store gave a job, a schedule or a scheduler. */
function identityOf(key: string, record: object): string | undefined {
  if (key === "scheduleSeq" || (key === "seq" && "trigger" in record)) return "schedule";
  if (key === "seq") return "job";
  return key === "owner" || key.startsWith("incarnation") ? "scheduler" : undefined;
}

/** The item at a place of a list, counted round; undefined only when the list is empty. */
export function pick<T>(items: readonly T[], place: number): T | undefined {
  return items[place % Math.max(1, items.length)];
}
