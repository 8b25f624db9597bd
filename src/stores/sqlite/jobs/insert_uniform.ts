import type { AlikeRun } from "../../../model/alike_jobs.ts";
import type { NewJob } from "../../../model/job_record.ts";
import type { ClaimRequest } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Statement, StatementResult, Step } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";

/** What became of a run of jobs. */
export interface AlikeAnswer {
  readonly nowMs: number;
  /** The identity of each job, also of those that were there before. */
  readonly seqs: readonly number[];
  /** Identities up to this one were there before. */
  readonly lastBefore: number;
  /** Whether those that were not there before run now. */
  readonly taken: boolean;
}

/**
 * Adds jobs that differ in nothing but id and input and wait for nothing but their time and their task. What they share
 * is bound once, each job is one text, and nothing is read while they are written: half the cost of the general way.
 * Where they are claimed in the same step, they are written as running to begin with.
 */
export interface AddAlike {
  statements(run: AlikeRun, now: number | null, claim?: ClaimRequest): Step;
  /** How many of the results belong to a run. */
  resultsOf(claim?: ClaimRequest): number;
  answer(run: AlikeRun, results: readonly StatementResult[], claim?: ClaimRequest): AlikeAnswer;
}

/** Whether a job can be written as one text: its id, a line feed, its input. */
export function fitsOneText({ id, input }: NewJob): boolean {
  return !id.includes("\n") && input !== "" && (input === null || !input.includes("\0"));
}

/** How jobs alike are added. */
export function insertUniform(dialect: Dialect): AddAlike {
  const { jobs, picked } = dialect.tables;
  const sql = { pick: pickSql(dialect), insert: insertSql(dialect), told: toldSql(dialect) };
  // Identities only grow: what is above the last one before was added here.
  const last: Statement = { sql: `select coalesce(max(seq), 0) from ${jobs}`, args: [] };
  const clear: Statement = { sql: `delete from ${picked}`, args: [] };
  return {
    statements(run, now, claim) {
      const [first] = run as readonly [NewJob];
      const rows = listText(run.map(({ id, input }) => `${id}\n${input ?? ""}`));
      const write = [
        last,
        { sql: sql.insert, args: insertArguments(first, rows, now, claim) },
        { sql: sql.told, args: [rows, now, run.length] },
      ];
      if (!claim) return write;
      const pick = [claim.incarnation, first.taskName, run.length, now];
      return [{ sql: sql.pick, args: pick }, ...write, clear];
    },
    resultsOf: (claim) => claim ? 5 : 3,
    answer(run, results, claim) {
      const [before, , told] = claim ? results.slice(1) : results;
      return alikeAnswer(run, before!.cells[0] as number, told!.cells[0] as string);
    },
  };
}

function insertArguments(first: NewJob, rows: string, now: number | null, claim?: ClaimRequest) {
  return [
    rows,
    now,
    first.taskName,
    first.taskVersion,
    first.runAtMs,
    first.priority,
    JSON.stringify(first.tags),
    first.startDeadlineMs,
    JSON.stringify(first.overrides),
    JSON.stringify(first.metadata),
    claim?.incarnation ?? null,
    first.ageingMs,
    first.addedBy ?? null,
    first.batchId ?? null,
  ];
}

/** Marks that a run can be taken as it is added: its task has slots for all of it and no rate, and nothing of it waits already. */
function pickSql(dialect: Dialect): string {
  const { jobs, picked, schedulers, tasks, rates } = dialect.tables;
  const waits = (condition: string) =>
    `exists (select 1 from ${jobs} w where w.task_name = t.name and ${condition})`;
  return `insert into ${picked}(seq) select 0 from ${tasks} t
    where t.name = ?2 and t.paused = 0 and t.name not in (select task_name from ${rates}) and exists (select 1 from ${schedulers} where incarnation = ?1)
      and (t.max_running is null or t.max_running >= ?3 + (
        select count(*) from ${jobs} r where r.state = 'running' and r.task_name = t.name))
      and not ${waits("w.state = 'ready'")} and not ${waits("w.state = 'blocked'")}
      and not ${waits(`w.state = 'scheduled' and w.run_at <= ${dialect.now("?4")}`)}`;
}

const ownId = "substr(e.value, 1, instr(e.value, char(10)) - 1)";

function insertSql({ tables: { jobs, picked }, now }: Dialect): string {
  const ifTaken = (then: string, other: string) => `case when c.taken then ${then} else ${other} end`;
  return `with c as materialized (select ${now("?2")} as now, exists (select 1 from ${picked}) as taken)
    insert into ${jobs}(id, state, task_name, task_version, priority, ageing, tags, run_at, start_deadline, attempt,
      claim_number, owner, lost_leases, created_at, started_at, overrides, metadata,
      added_by, batch_id, input)
    select ${ownId}, case when ?5 > c.now then 'scheduled' else ${
    ifTaken("'running'", "'ready'")
  } end, ?3, ?4, ?6, ?12, ?7,
      coalesce(?5, c.now), ?8, ${ifTaken("1", "0")}, ${ifTaken("1", "0")}, ${
    ifTaken("?11", "null")
  }, 0, c.now,
      ${
    ifTaken("c.now", "null")
  }, ?9, ?10, ?13, ?14, nullif(substr(e.value, instr(e.value, char(10)) + 1), '')
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

function alikeAnswer(run: AlikeRun, lastBefore: number, cell: string): AlikeAnswer {
  const [nowMs, last, taken, seqs] = JSON.parse(cell) as AlikeCell;
  const first = last - run.length + 1;
  return { nowMs, seqs: seqs ?? run.map((_, index) => first + index), lastBefore, taken: taken === 1 };
}

/** What is told of a run: the time, the last new identity, whether it was taken, and identities that were looked up. */
type AlikeCell = readonly [number, number, number, readonly number[] | null];
