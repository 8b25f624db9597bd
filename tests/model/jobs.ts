import type { JobRecord, NewJob } from "../../src/model/job_record.ts";
import { addedJob } from "../../src/model/transitions.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";

/** A job as it was stored at instant 100, ready by default. */
export function job(given: Partial<NewJob> = {}): JobRecord {
  return addedJob(newJob("a", given), 1, 100);
}
