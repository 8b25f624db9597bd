import type { JobState } from "../../model/states.ts";
import type { Job } from "../../scheduler/views/job.ts";
import type { JobAttempt, JobLogLine, JobLogs } from "../../scheduler/views/job_history.ts";
import type { Terminal } from "../terminal.ts";
import { painter, type Tone } from "./colors.ts";
import { errorLines } from "./error_text.ts";
import { toJson } from "./json_text.ts";
import { printable } from "../../model/printable.ts";
import { facts, table } from "./table.ts";
import { lengthText, localTime } from "./times.ts";

/** Returns jobs as a table. */
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

/** The number of related jobs of each kind that are named. */
export const FAMILY_MAX = 10;

/** The jobs related to one, a few of each kind: one more than is shown means that there are more. */
export interface JobFamily {
  /** The jobs that its run has added. */
  readonly added: readonly Job[];
  /** The jobs that wait or waited for it. */
  readonly after: readonly Job[];
}

/** Returns one job, with its result if it has one. */
export function jobText(
  job: Job,
  result: { readonly value: unknown } | undefined,
  { added, after }: JobFamily,
  terminal: Terminal,
): string {
  const { timeZone, directory } = terminal;
  const time = (instant: Temporal.Instant | undefined) => instant && localTime(instant, timeZone);
  return facts({
    job: job.id,
    task: job.taskName,
    schedule: job.scheduleId,
    state: job.cancelRequested === undefined
      ? job.state
      : `${job.state}, asked to stop: ${job.cancelRequested}`,
    outcome: job.outcome,
    error: job.error && errorLines(job.error, directory),
    parked: job.parkedReason,
    result: result?.value === undefined ? undefined : toJson(result.value).split("\n"),
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
    "kept until": job.state === "finished" ? time(job.expiresAt) ?? "forever" : undefined,
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

/** Returns a job's progress: `40% copying`. */
export function progressText({ done, total, message }: NonNullable<Job["progress"]>): string {
  return `${Math.floor(100 * done / total)}%${message === null ? "" : ` ${message}`}`;
}

/** Returns the time that a job or an attempt took. */
export function took({ startedAt, finishedAt }: Pick<Job, "startedAt" | "finishedAt">): string | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  return lengthText(finishedAt.epochMilliseconds - startedAt.epochMilliseconds);
}

function toneOf({ outcome, state }: Job): Tone | undefined {
  if (outcome !== undefined) return outcome === "success" ? "green" : "red";
  return stateTones[state];
}

const stateTones: Readonly<Record<JobState, Tone | undefined>> = {
  scheduled: undefined,
  blocked: undefined,
  ready: undefined,
  running: "cyan",
  parked: "yellow",
  finished: undefined,
};

/** Returns a job's attempts and the lines of its log; empty where there are none. */
export function jobHistoryText(attempts: readonly JobAttempt[], logs: JobLogs, terminal: Terminal): string {
  return [attemptsTable(attempts, terminal), logText(logs, terminal)].filter((part) => part !== "").join(
    "\n\n",
  );
}

function attemptsTable(attempts: readonly JobAttempt[], { width, color, timeZone }: Terminal): string {
  // A single attempt is among the facts of the job.
  if (attempts.length < 2) return "";
  const paint = painter(color);
  const titles = ["ATTEMPT", "STARTED", "TOOK", "ENDED", "SCHEDULER", ""];
  return table({
    columns: titles.map((title) => ({ title })),
    rows: attempts.map((one) => [
      String(one.number),
      localTime(one.startedAt, timeZone),
      took(one) ?? "",
      one.outcome ?? "runs",
      one.scheduler ?? "",
      one.error?.message ?? "",
    ]),
    width,
    paint: (text, row) => paint(text, row < 0 ? "dim" : undefined),
  });
}

function logText({ lines, dropped }: JobLogs, { timeZone }: Terminal): string {
  const missing = dropped === 0
    ? []
    : [`(${dropped} earlier ${dropped === 1 ? "line was" : "lines were"} dropped)`];
  return [...missing, ...lines.map((one) => logLineText(one, timeZone))].join("\n");
}

/** Returns a line of a job's log. */
export function logLineText({ at, level, message, fields }: JobLogLine, timeZone: string): string {
  const more = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
  return `${localTime(at, timeZone)} ${level.padEnd(5)} ${printable(message + more)}`;
}
