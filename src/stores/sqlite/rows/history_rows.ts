import type { AttemptOutcome, AttemptRecord, StoredLogLine } from "../../../model/job_history.ts";
import type { StoredError } from "../../../model/job_record.ts";
import { jobOutcomes } from "../../../model/states.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";

const attemptOutcomes: readonly AttemptOutcome[] = [
  ...jobOutcomes,
  "handedBack",
  "leaseLost",
  "snoozed",
  "parked",
];

/** The expression for one attempt `a`, with the name `n` of its owner. */
export const attemptCell =
  "json_array(a.claim_number, a.attempt, a.owner, n.name, a.started_at, a.finished_at, a.outcome, a.error)";

/** Reads an attempt from its cell. */
export function decodeAttempt(cell: SqlValue): AttemptRecord {
  const reader = new CellReader(cell);
  return {
    claimNumber: reader.next<number>(),
    attempt: reader.next<number>(),
    owner: reader.next<number | null>(),
    ownerName: reader.next<string | null>(),
    startedAtMs: reader.next<number>(),
    finishedAtMs: reader.next<number>(),
    outcome: reader.nextWord<AttemptOutcome>("outcome", attemptOutcomes, "error"),
    error: reader.nextOptionalJSON<StoredError>("error"),
  };
}

/** The expression for one line `l` of a log. */
export const logCell =
  "json_array(l.ordinal, l.claim_number, l.part, l.line, l.at, l.level, l.message, l.fields)";

/** Reads a line of a log from its cell. */
export function decodeLogLine(cell: SqlValue): StoredLogLine {
  const reader = new CellReader(cell);
  return {
    ordinal: reader.next<number>(),
    claimNumber: reader.next<number>(),
    part: reader.nextWord<StoredLogLine["part"]>("part", ["run", "onFailure"], "run"),
    line: reader.next<number>(),
    atMs: reader.next<number>(),
    level: reader.nextWord<StoredLogLine["level"]>("level", ["debug", "info", "warn", "error"], "info"),
    message: reader.next<string>(),
    fields: reader.next<string | null>(),
  };
}
