import type { NewJob } from "../../model/job_record.ts";
import type { AddAnswer, JobStore } from "../../stores/job_store.ts";
import type { Dialect } from "../dialect.ts";
import type { StatementResult, Step } from "../driver.ts";
import type { BulkOperation } from "../group_commit.ts";
import { newJobRows } from "../rows/job_row.ts";
import type { SqlSession } from "../session.ts";
import { claimAdded, claimedJobs } from "./claim_jobs.ts";
import { insertJobsSql } from "./insert_jobs.ts";

/** What became of one job: its answer and the store's time. */
interface Added {
  readonly nowMs: number;
  readonly job: AddAnswer["jobs"][number];
}

/** Adding jobs. */
export function addJobs(session: SqlSession): Pick<JobStore, "addJobs"> {
  const step = addStep(session.dialect);
  const claim = claimAdded(session.dialect);
  const bulk: BulkOperation<NewJob, Added> = {
    step: (jobs) => step(jobs, session.nowArgument()),
    answers: addedAnswers,
  };
  return {
    async addJobs(jobs, request) {
      if (request === undefined && jobs.length > 0) {
        const added = await session.writeBulk(bulk, jobs);
        return { nowMs: added[0]!.nowMs, jobs: added.map(({ job }) => job), claimed: [] };
      }
      const now = session.nowArgument();
      const ids = JSON.stringify(jobs.map(({ id }) => id));
      const take = request === undefined ? [] : [claim(request, ids, now)];
      const results = await session.write([...step(jobs, now), ...take]);
      const answers = addedAnswers(jobs, results);
      const claimed = request === undefined ? [] : claimedJobs(results[3]!);
      return { nowMs: nowOf(results), jobs: answers.map(({ job }) => job), claimed };
    },
  };
}

function addStep(dialect: Dialect): (jobs: readonly NewJob[], now: number | null) => Step {
  const { jobs: table, schedules } = dialect.tables;
  // Identities only grow: what is above the last one before was added here.
  const last = `select coalesce(max(seq), 0) from ${table}`;
  const insert = insertJobsSql(
    dialect,
    `json_each(?1) e left join ${schedules} s on s.seq = (e.value ->> 3) where true`,
    "?2",
  );
  const found = `select json_array(${dialect.now("?2")}, json((
    select json_group_array(j.seq) from json_each(?1) e cross join ${table} j on j.id = e.value)))`;
  return (jobs, now) => [
    { sql: last, args: [] },
    { sql: insert, args: [JSON.stringify(newJobRows(jobs)), now] },
    { sql: found, args: [JSON.stringify(jobs.map(({ id }) => id)), now] },
  ];
}

function addedAnswers(jobs: readonly NewJob[], results: readonly StatementResult[]): readonly Added[] {
  const last = results[0]!.cells[0] as number;
  const [nowMs, seqs] = JSON.parse(results[2]!.cells[0] as string) as readonly [number, readonly number[]];
  const seen = new Set<number>();
  return jobs.map(({ id }, index) => {
    const seq = seqs[index]!;
    const outcome = seq > last && !seen.has(seq) ? "added" : "deduplicated";
    seen.add(seq);
    return { nowMs, job: { id, seq, outcome } };
  });
}

function nowOf(results: readonly StatementResult[]): number {
  return (JSON.parse(results[2]!.cells[0] as string) as readonly [number])[0];
}
