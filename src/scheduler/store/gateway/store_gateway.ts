import type { DataStore } from "../../../stores/data_store.ts";
import type { ReadStore } from "../../../stores/read_store.ts";
import { PendingWrites } from "../pending_writes.ts";
import type { EventPublisher } from "./event_publisher.ts";
import { type EndListener, JobGateway } from "./job_gateway.ts";
import { ScheduleGateway } from "./schedule_gateway.ts";
import { TaskGateway } from "./task_gateway.ts";

/**
 * The one front door to a data store: every write of the scheduler goes through here, and its events are published here.
 * Reads go to `store` directly: they publish nothing.
 */
export class StoreGateway {
  readonly alias: string;
  readonly store: DataStore;
  /** The lists and counts that users ask for. */
  readonly queries: ReadStore;
  readonly tasks: TaskGateway;
  readonly schedules: ScheduleGateway;
  readonly jobs: JobGateway;
  /**
   * The writes in flight, noted by wrapping the three gateways above. Only where listeners also get the changes that the
   * store itself notes.
   */
  readonly pendingWrites: PendingWrites | undefined;

  constructor(store: DataStore, publisher: EventPublisher, endListener: EndListener, notesWrites: boolean) {
    this.alias = publisher.alias;
    this.store = store;
    this.queries = store.replica ?? store;
    this.pendingWrites = notesWrites ? new PendingWrites() : undefined;
    const noted = <Part extends object>(part: Part) => this.pendingWrites?.of(part) ?? part;
    this.tasks = noted(new TaskGateway(store, publisher));
    this.schedules = noted(new ScheduleGateway(store, publisher));
    this.jobs = noted(new JobGateway(store, publisher, endListener));
  }
}
