import type { Job } from "../../scheduler/views/job.ts";
import { toJson } from "../json_text.ts";
import type { Terminal } from "../terminal.ts";
import { painter, type Tone } from "./colors.ts";
import { facts } from "./facts.ts";
import { table } from "./table.ts";
import { lengthText, localTime } from "./times.ts";

/** Jobs as a table. */
export function jobsTable(jobs: readonly Job[], { width, color, timeZone }: Terminal): string {
  const paint = painter(color);
  return table({
    columns: [
      { title: "JOB", whole: true },
      { title: "TASK" },
      { title: "SCHEDULE" },
      { title: "STATE", whole: true },
      { title: "RUN AT", whole: true },
      { title: "TOOK" },
      { title: "" },
    ],
    rows: jobs.map((job) => [
      job.id,
      job.taskName,
      job.scheduleId ?? "",
      job.outcome ?? job.state,
      localTime(job.runAt, timeZone),
      took(job) ?? "",
      remark(job),
    ]),
    width,
    paint: (text, row, column) =>
      paint(text, row < 0 ? "dim" : column === 3 ? toneOf(jobs[row]!) : undefined),
  });
}

/** How many jobs of one kind are named. */
export const FAMILY_MAX = 10;

/** The jobs that belong to one, a few of each kind; one more than is shown says that there are more. */
export interface JobFamily {
  /** Those that its run has added. */
  readonly added: readonly Job[];
  /** Those that wait or waited for it. */
  readonly after: readonly Job[];
}

/** One job, with its result where it has one. */
export function jobText(
  job: Job,
  result: { readonly value: unknown } | undefined,
  { added, after }: JobFamily,
  terminal: Terminal,
): string {
  const { timeZone } = terminal;
  const time = (instant: Temporal.Instant | undefined) => instant && localTime(instant, timeZone);
  return facts({
    job: job.id,
    task: job.taskName,
    schedule: job.scheduleId,
    state: job.cancelRequested === undefined
      ? job.state
      : `${job.state}, asked to stop: ${job.cancelRequested}`,
    outcome: job.outcome,
    error: job.error?.message,
    parked: job.parkedReason,
    result: result?.value === undefined ? undefined : toJson(result.value),
    progress: job.progress && progressText(job.progress),
    batch: job.batchId,
    key: job.concurrencyKey,
    tags: job.tags.join(", "),
    "added by": job.addedBy,
    "added jobs": idsText(added),
    "jobs after it": idsText(after),
    "fire time": time(job.scheduledFireTime),
    added: time(job.createdAt),
    "run at": time(job.runAt),
    started: time(job.startedAt),
    finished: time(job.finishedAt),
    took: took(job),
    "kept until": job.state === "finished" ? time(job.expiresAt) ?? "for ever" : undefined,
    attempt: String(job.attempt),
    priority: String(job.priority),
    metadata: Object.keys(job.metadata).length === 0 ? undefined : JSON.stringify(job.metadata),
  }, painter(terminal.color));
}

function idsText(jobs: readonly Job[]): string {
  const named = jobs.slice(0, FAMILY_MAX).map(({ id, taskName, outcome, state }) =>
    `${id} (${taskName}, ${outcome ?? state})`
  );
  return [...named, ...(jobs.length > FAMILY_MAX ? ["…"] : [])].join(", ");
}

function remark(job: Job): string {
  if (job.error !== undefined) return job.error.message.split("\n")[0]!;
  if (job.state === "parked") return job.parkedReason ?? "";
  return job.progress === undefined || job.state === "finished" ? "" : progressText(job.progress);
}

function progressText({ done, total, message }: NonNullable<Job["progress"]>): string {
  return `${Math.floor(100 * done / total)} %${message === null ? "" : ` ${message}`}`;
}

function took({ startedAt, finishedAt }: Job): string | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  return lengthText(finishedAt.epochMilliseconds - startedAt.epochMilliseconds);
}

function toneOf({ outcome, state }: Job): Tone | undefined {
  if (outcome !== undefined) return outcome === "success" ? "green" : "red";
  return state === "running" ? "cyan" : state === "parked" ? "yellow" : undefined;
}
