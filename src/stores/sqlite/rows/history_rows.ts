import {
  type AttemptRecord,
  leavingOutcomes,
  logParts,
  type StoredLogLine,
} from "../../../model/job_history.ts";
import { logLevels } from "../../../model/logger.ts";
import { jobOutcomes } from "../../../model/states.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";

const attemptOutcomes = [...jobOutcomes, ...leavingOutcomes];

/** The fields of an attempt, each with its column, but for the name of its owner. */
export const attemptColumns: Columns<AttemptRecord> = columnsOf((row) => ({
  claimNumber: row.integer("claim_number"),
  attempt: row.integer("attempt"),
  owner: row.optionalInteger("owner"),
  ownerName: row.optionalText("owner_name"),
  startedAtMs: row.integer("started_at"),
  finishedAtMs: row.integer("finished_at"),
  outcome: row.word("outcome", attemptOutcomes, "error"),
  error: row.optionalJson("error"),
}));

/** The fields of a line of a log, each with its column. */
export const logColumns: Columns<StoredLogLine> = columnsOf((row) => ({
  ordinal: row.integer("ordinal"),
  claimNumber: row.integer("claim_number"),
  part: row.word("part", logParts, "run"),
  line: row.integer("line"),
  atMs: row.integer("at"),
  level: row.word("level", logLevels, "info"),
  message: row.text("message"),
  fields: row.optionalText("fields"),
}));
