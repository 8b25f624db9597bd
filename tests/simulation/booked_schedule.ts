import type { ScheduleWrite } from "../../src/model/schedule_record.ts";

/** The book's entry of one schedule. */
export interface BookedSchedule {
  record: ScheduleWrite;
  readonly firesWithJob: Set<number>;
  /** The version that was read last as due, and when by the store's clock: first and last. */
  due:
    | {
      readonly version: number;
      readonly firstMs: number;
      readonly lastMs: number;
      /** Number of changes of its calendars until then, the first time. */
      readonly calendarChanges: number;
    }
    | undefined;
  /** Number of changes of its calendars that its next fire takes into account. */
  heededChanges: number;
}
