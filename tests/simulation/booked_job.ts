import type { JobFence } from "../../src/model/job_record.ts";
import type { TaskVersion } from "../../src/model/task_record.ts";

/** The book's entry of one job. */
export interface BookedJob {
  readonly id: string;
  /** Order of adding. */
  readonly order: number;
  readonly taskName: string;
  readonly scheduleSeq: number | null;
  readonly fireTimeMs: number | null;
  /** Of the code that added it, or changed its input. */
  taskVersion: number;
  readonly identityKey: string | null;
  readonly createdAtMs: number;
  state: "waiting" | "running" | "parked" | "finished" | "removed";
  /** Its last claim. */
  fence: JobFence | undefined;
  cancelRequested: boolean;
  attempt: number;
  outcome: string | undefined;
  /** Not before this, by the store's clock. */
  runAtMs: number;
  priority: number;
  tags: readonly string[];
  key: string | null;
  rateKey: string | null;
  /** Not after this its first attempt starts. */
  deadlineMs: number | null;
  expiresAtMs: number | null;
  /** True time of its last claim. */
  claimedMs: number;
}

/** True if code of these versions can run a job. */
export function runs(tasks: readonly TaskVersion[], { taskName, taskVersion }: BookedJob): boolean {
  return tasks.some(({ name, version }) => name === taskName && version >= taskVersion);
}
