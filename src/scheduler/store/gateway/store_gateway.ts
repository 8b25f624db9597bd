import type { DataStore } from "../../../stores/data_store.ts";
import type { ReadStore } from "../../../stores/read_store.ts";
import type { Clock } from "../../../time/clock.ts";
import { type EndListener, JobGateway } from "./job_gateway.ts";
import { ScheduleGateway } from "./schedule_gateway.ts";
import { TaskGateway } from "./task_gateway.ts";
import { EventPublisher, type EventSink } from "./event_publisher.ts";
import { PendingWrites } from "../pending_writes.ts";

/**
 * The one front door to a data store: every write of the scheduler goes through here, and here it is told as
 * events. Reads go to `store` directly, they tell nothing.
 */
export class StoreGateway {
  readonly alias: string;
  readonly store: DataStore;
  /** What answers the lists and counts that people ask for. */
  readonly looks: ReadStore;
  readonly tasks: TaskGateway;
  readonly schedules: ScheduleGateway;
  readonly jobs: JobGateway;
  /** The writes under way, where listeners are told what the store notes. */
  readonly writes: PendingWrites | undefined;

  /** Stands before a store known under this alias. */
  constructor(
    alias: string,
    store: DataStore,
    clock: Clock,
    sink: EventSink,
    listener?: EndListener,
  ) {
    const teller = new EventPublisher(alias, clock, sink);
    this.alias = alias;
    this.store = store;
    this.looks = store.replica ?? store;
    this.writes = sink.storesTell ? new PendingWrites() : undefined;
    const noted = <Part extends object>(part: Part) => this.writes?.of(part) ?? part;
    this.tasks = noted(new TaskGateway(store, teller));
    this.schedules = noted(new ScheduleGateway(store, teller));
    this.jobs = noted(new JobGateway(store, teller, listener));
  }
}
