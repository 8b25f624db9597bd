import { rateLimit } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RateUse } from "../../stores/task_store.ts";
import { durationOfMs } from "../../time/duration.ts";
import { instantOf } from "../../time/temporal.ts";

/** A job that holds a slot. */
export type Holder = { readonly jobId: string; readonly scheduler: string; readonly since: string };

/** A running job, with the scheduler that runs it. */
export function holder(
  { id, owner, startedAtMs }: JobRecord,
  schedulers: readonly SchedulerRecord[],
): Holder {
  const scheduler = schedulers.find(({ incarnation }) => incarnation === owner)?.name ?? `#${owner}`;
  return { jobId: id, scheduler, since: instantOf(startedAtMs ?? 0).toString() };
}

/** The end of a sentence that names the holders of slots; empty where none is known. */
export function heldBy(holders: readonly Holder[], count: number): string {
  if (holders.length === 0) return "";
  const shown = holders.slice(0, 3).map((one) =>
    `job ${one.jobId} on scheduler '${one.scheduler}' since ${one.since}`
  );
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  return `, held by ${shown.join(", ")}${more}`;
}

/** Largest number of parents named in the facts. */
const NAMED_MAX = 10;

/** The cause of a job that waits for others; undefined where it waits for none. */
export function explainedParents(parents: readonly JobRecord[]) {
  const [first] = runningFirst(parents);
  if (first === undefined) return undefined;
  const { id, taskName, state, startedAtMs } = first;
  const since = state === "running" && startedAtMs !== null ? ` since ${instantOf(startedAtMs)}` : "";
  const more = parents.length === 1 ? "" : ` and ${parents.length - 1} more`;
  const named: JsonValue = runningFirst(parents).slice(0, NAMED_MAX)
    .map(({ id, taskName, state }) => ({ jobId: id, taskName, state }));
  return {
    cause: "parents" as const,
    text: `it waits for job ${id} (${taskName}, ${state}${since})${more}`,
    facts: { count: parents.length, parents: named },
  };
}

/** The running ones first: they explain most. */
function runningFirst(parents: readonly JobRecord[]): readonly JobRecord[] {
  const rank = ({ state }: JobRecord) => state === "running" ? 0 : 1;
  return parents.toSorted((a, b) => rank(a) - rank(b));
}

/** The cause of a job whose rate is used up; undefined where it is not. */
export function explainedRate(
  { job, rate, task }: {
    readonly job: JobRecord;
    readonly rate: RateUse | undefined;
    readonly task: TaskRecord | undefined;
  },
) {
  if (rate === undefined || rate.nextStartAtMs === null) return undefined;
  const key = rateLimit(task)?.keyed ? job.rateKey : null;
  const per = durationOfMs(rate.perMs).toString();
  const nextStartAt = instantOf(rate.nextStartAtMs).toString();
  const reached = `rate limit ${rate.limit} per ${per} of ${job.taskName}${
    key === null ? "" : `, key '${key}',`
  }`;
  return {
    cause: "rateReached" as const,
    text: `${reached} reached; the next start is possible at ${nextStartAt}`,
    facts: { limit: rate.limit, per, key, started: rate.started, nextStartAt },
  };
}
