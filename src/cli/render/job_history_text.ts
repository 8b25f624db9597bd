import type { JobAttempt, JobLogLine, JobLogs } from "../../scheduler/views/job_history.ts";
import type { Terminal } from "../terminal.ts";
import { painter } from "./colors.ts";
import { table } from "./table.ts";
import { lengthText, localTime } from "./times.ts";

/** A job's attempts and the lines of its log, for people; empty where there are none. */
export function jobHistoryText(attempts: readonly JobAttempt[], logs: JobLogs, terminal: Terminal): string {
  return [attemptsTable(attempts, terminal), logText(logs, terminal)].filter((part) => part !== "").join(
    "\n\n",
  );
}

function attemptsTable(attempts: readonly JobAttempt[], { width, color, timeZone }: Terminal): string {
  // The facts above tell of a single one.
  if (attempts.length < 2) return "";
  const paint = painter(color);
  const titles = ["ATTEMPT", "STARTED", "TOOK", "ENDED", "SCHEDULER", ""];
  return table({
    columns: titles.map((title) => ({ title })),
    rows: attempts.map((one) => [
      String(one.number),
      localTime(one.startedAt, timeZone),
      took(one),
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
  return [...missing, ...lines.map((line) => lineText(line, timeZone))].join("\n");
}

function lineText({ at, level, message, fields }: JobLogLine, timeZone: string): string {
  const more = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
  return `${localTime(at, timeZone)} ${level.padEnd(5)} ${message}${more}`;
}

function took({ startedAt, finishedAt }: JobAttempt): string {
  return finishedAt === undefined
    ? ""
    : lengthText(finishedAt.epochMilliseconds - startedAt.epochMilliseconds);
}
