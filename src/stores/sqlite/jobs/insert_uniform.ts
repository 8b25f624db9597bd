import { areAllAlike } from "../../../model/alike_jobs.ts";
import type { JobRecord, NewJob } from "../../../model/job_record.ts";
import { startedJob } from "../../../model/transitions.ts";
import type { AddAnswer, ClaimRequest } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import { isSetAside } from "../schema/tables.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import { columnNames, sharedFieldNames, writtenFields } from "../rows/job_columns.ts";
import { LIST_LENGTH_MAX, listText } from "../rows/list_text.ts";

/** The result for one job. */
export interface Added {
  readonly nowMs: number;
  readonly job: AddAnswer["jobs"][number];
  /** Set where it was taken as it was added. */
  readonly claimed?: JobRecord | undefined;
}

/**
 * Adds jobs that differ in nothing but id and input and wait for nothing but their time and their task. What they share
 * is bound once, each job is one text, and nothing is read while they are written: half the cost of the general way.
 * Where they are claimed in the same step, they are written as running to begin with.
 */
export interface UniformInsert {
  step(jobs: readonly NewJob[], now: number | null, claim?: ClaimRequest): Step;
  answers(
    jobs: readonly NewJob[],
    results: readonly StatementResult[],
    claim?: ClaimRequest,
  ): readonly Added[];
}

/** True if jobs can be added this way. */
export function canInsertUniform(jobs: readonly NewJob[]): boolean {
  let length = 0;
  const fits = areAllAlike(jobs) && jobs.every((job) => {
    length += job.input?.length ?? 0;
    return fitsOneText(job);
  });
  return fits && length <= LIST_LENGTH_MAX;
}

/** True if a job can be written as one string: its id, a line feed, its input. */
function fitsOneText({ id, input }: NewJob): boolean {
  return !id.includes("\n") && input !== "" && (input === null || !input.includes("\0"));
}

/** The insert of jobs that are alike. */
export function insertUniform(dialect: Dialect): UniformInsert {
  const { jobs, picked } = dialect.tables;
  const sql = { pick: pickSql(dialect), insert: insertSql(dialect), told: toldSql(dialect) };
  // Identities only grow: what is above the last one before was added here.
  const last: Statement = { sql: `select coalesce(max(seq), 0) from ${jobs}`, args: [] };
  const clear: Statement = { sql: `delete from ${picked}`, args: [] };
  return {
    step(added, now, claim) {
      const [first] = added as readonly [NewJob];
      const rows = listText(added.map(({ id, input }) => `${id}\n${input ?? ""}`));
      const write = [
        last,
        { sql: sql.insert, args: insertArguments(first, rows, now, claim) },
        { sql: sql.told, args: [rows, now, added.length] },
      ];
      if (!claim) return write;
      const pick = [claim.incarnation, first.taskName, added.length, now];
      return [{ sql: sql.pick, args: pick }, ...write, clear];
    },
    answers(added, results, claim) {
      const [before, , told] = claim ? results.slice(1) : results;
      return alikeAnswers(added, before!.cells[0] as number, told!.cells[0] as string, claim);
    },
  };
}

function insertArguments(first: NewJob, rows: string, now: number | null, claim?: ClaimRequest): SqlValue[] {
  const { runAtMs, addedBy = null, batchId = null } = first;
  const own = [rows, now, runAtMs, claim?.incarnation ?? null, addedBy, batchId];
  return [...own, ...writtenFields(first, sharedFieldNames)];
}

/** Marks that jobs can be taken as they are added: their task has slots for all and no rate, and none of its jobs waits already. */
function pickSql(dialect: Dialect): string {
  const { jobs, picked, schedulers, tasks, rates } = dialect.tables;
  const waits = (condition: string) =>
    `exists (select 1 from ${jobs} w where w.task_name = t.name and ${condition})`;
  return `insert into ${picked}(seq) select 0 from ${tasks} t
    where t.name = ?2 and t.paused = 0 and t.name not in (select task_name from ${rates}) and exists (select 1 from ${schedulers} where incarnation = ?1)
      and (t.max_running is null or t.max_running >= ?3 + (
        select count(*) from ${jobs} r where r.state = 'running' and r.task_name = t.name))
      and not ${waits("w.state = 'ready'")} and not ${waits(isSetAside("w"))}
      and not ${waits(`w.state = 'scheduled' and w.run_at <= ${dialect.now("?4")}`)}`;
}

const ownId = "substr(e.value, 1, instr(e.value, char(10)) - 1)";

function insertSql({ tables: { jobs, picked }, now }: Dialect): string {
  const ifTaken = (then: string, other: string) => `case when c.taken then ${then} else ${other} end`;
  const values = sharedFieldNames.map((_name, index) => `?${7 + index}`);
  return `with c as materialized (select ${now("?2")} as now, exists (select 1 from ${picked}) as taken)
    insert into ${jobs}(id, input, state, run_at, attempt, claim_number, owner, lost_leases, created_at, started_at,
      added_by, batch_id, ${columnNames(sharedFieldNames)})
    select ${ownId}, nullif(substr(e.value, instr(e.value, char(10)) + 1), ''),
      case when ?3 > c.now then 'scheduled' else ${ifTaken("'running'", "'ready'")} end, coalesce(?3, c.now),
      ${ifTaken("1", "0")}, ${ifTaken("1", "0")}, ${ifTaken("?4", "null")}, 0, c.now, ${
    ifTaken("c.now", "null")
  },
      ?5, ?6, ${values}
    from c cross join json_each(?1) e where true
    on conflict(id) do nothing`;
}

/** New rows written in one go have identities in a row; only where some were there before, all are looked up. */
function toldSql({ tables: { jobs, picked }, now }: Dialect): string {
  const written = `(select w.created_at from ${jobs} w where w.seq = last_insert_rowid() and changes() > 0)`;
  return `select json_array(coalesce(${written}, ${now("?2")}), last_insert_rowid(),
    exists (select 1 from ${picked}), case when changes() <> ?3 then json((select json_group_array(j.seq)
      from json_each(?1) e cross join ${jobs} j on j.id = ${ownId})) end)`;
}

/** Identities up to `lastBefore` were there before. */
function alikeAnswers(
  jobs: readonly NewJob[],
  lastBefore: number,
  cell: string,
  claim: ClaimRequest | undefined,
): readonly Added[] {
  const [nowMs, last, taken, seqs] = JSON.parse(cell) as AlikeCell;
  const first = last - jobs.length + 1;
  const seen = new Set<number>();
  return jobs.map((job, index) => {
    const seq = seqs ? seqs[index]! : first + index;
    if (seq <= lastBefore || seen.has(seq)) {
      return { nowMs, job: { id: job.id, seq, outcome: "deduplicated" } };
    }
    seen.add(seq);
    const claimed = taken === 1 && claim ? startedJob(job, seq, claim.incarnation, nowMs) : undefined;
    return { nowMs, job: { id: job.id, seq, outcome: "added" }, claimed };
  });
}

/** The cell of an answer: the time, the last new identity, 1 if the jobs were taken, and identities that were looked up. */
type AlikeCell = readonly [number, number, number, readonly number[] | null];
