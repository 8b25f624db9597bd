import type { JobRecord } from "../../model/job_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import { instantOf } from "../../time/temporal.ts";

/** Who holds a slot. */
export type Holder = { readonly jobId: string; readonly scheduler: string; readonly since: string };

/** A running job, with the scheduler that runs it. */
export function holder(
  { id, owner, startedAtMs }: JobRecord,
  schedulers: readonly SchedulerRecord[],
): Holder {
  const scheduler = schedulers.find(({ incarnation }) => incarnation === owner)?.name ?? `#${owner}`;
  return { jobId: id, scheduler, since: instantOf(startedAtMs ?? 0).toString() };
}

/** The end of a sentence that names who holds slots, or nothing where nobody is known. */
export function heldBy(holders: readonly Holder[], count: number): string {
  if (holders.length === 0) return "";
  const shown = holders.slice(0, 3).map((one) =>
    `job ${one.jobId} on scheduler '${one.scheduler}' since ${one.since}`
  );
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  return `, held by ${shown.join(", ")}${more}`;
}
