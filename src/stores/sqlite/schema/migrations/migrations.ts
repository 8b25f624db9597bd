import { firstTables } from "./m001_first_tables.ts";
import { jobHistory } from "./m002_job_history.ts";
import { lanes } from "./m003_lanes.ts";
import { identity } from "./m004_identity.ts";
import { failedRuns } from "./m005_failed_runs.ts";
import { countedJobs } from "./m006_counted_jobs.ts";
import { databaseId } from "./m007_database_id.ts";
import { claimOrder } from "./m008_claim_order.ts";
import { listeners } from "./m009_listeners.ts";
import { freedLanes } from "./m010_freed_lanes.ts";
import { flows } from "./m011_flows.ts";
import { countingTasks } from "./m012_counting_tasks.ts";
import { changes } from "./m013_changes.ts";
import { rates } from "./m014_rates.ts";
import { answered } from "./m015_answered.ts";
import { unsuccessfulJobs } from "./m016_unsuccessful_jobs.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema, oldest first; versions count up from 1 without a gap. */
export const migrations: readonly Migration[] = [
  firstTables,
  jobHistory,
  lanes,
  identity,
  failedRuns,
  countedJobs,
  databaseId,
  claimOrder,
  listeners,
  freedLanes,
  flows,
  countingTasks,
  changes,
  rates,
  answered,
  unsuccessfulJobs,
];

/** The schema's version that this code works with. */
export const schemaVersion: number = migrations.length;
