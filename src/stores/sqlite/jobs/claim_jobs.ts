import { claimOrderAt, missedDeadlineTransition } from "../../../model/decisions.ts";
import { isCarillonError } from "../../../errors.ts";
import type { JobRecord } from "../../../model/job_record.ts";
import { byteLength } from "../../../model/payload.ts";
import type { ClaimAnswer, ClaimRequest, JobStore } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import { isSetAside } from "../schema/tables.ts";
import type { Statement, StatementResult, Step } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";
import { decodeJob, jobCell, slimJobCell } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";
import { blockSql, namedCandidates, openTasks, readyCandidates, WINDOW_MIN } from "./claim_sql.ts";
import { choosing, CLAIM_BYTES_MAX } from "./choose_jobs.ts";
import { endAnswers, endOperation } from "./end_jobs.ts";
import { nextStarts, readyOrBlocked } from "./limits.ts";
import { freedLeft, unblockTexts } from "./unblock_jobs.ts";
import { defaultRunSettings } from "../../../model/settings.ts";
import { noteFinishSql, otherKeepMs } from "./job_ends.ts";
import { settleChildrenSql } from "./settle_children.ts";

/** Rows that one claim brings up to date in each of its first statements; the next claim continues. */
const UPKEEP_MAX = 500;
/** The same where an answer was too large. */
const UPKEEP_MIN = 10;
/** The cost of the statements of a claim before they take anything, in rows of other calls. */
const STATEMENTS_AS_ROWS = 100;

const claimArguments = { tasks: "?1", window: "?2", now: "?3", limit: "?4", incarnation: "?5" };

/** The claim of jobs. */
export function claimJobs(session: SqliteSession): Pick<JobStore, "claimJobs"> {
  const sql = claimTexts(session.dialect);
  const end = endOperation(session);
  return {
    async claimJobs(request, ends = []) {
      const claim = async (request: ClaimRequest, upkeep: number) => {
        const ending = ends.length === 0 ? [] : end.step(ends);
        const step = claimStep(sql, request, upkeep, session.nowArgument());
        const results = await session.write([...ending, ...step], {
          quiet: ends.length === 0,
          rows: request.limit + ends.length + STATEMENTS_AS_ROWS,
        });
        const held = endAnswers(end, ends, results.slice(0, ending.length));
        return { ...claimAnswer(results.slice(ending.length), request, upkeep), held };
      };
      try {
        return await claim(request, UPKEEP_MAX);
      } catch (error) {
        if (!isCarillonError(error, "payloadTooLarge") || ends.length > 0) throw error;
        return await claim({ ...request, limit: Math.min(request.limit, 1) }, UPKEEP_MIN);
      }
    },
  };
}

/** The statement that takes just these jobs, for jobs that are added and claimed in one step. */
export function claimAdded(
  dialect: Dialect,
): (request: ClaimRequest, ids: string, now: number | null) => Statement {
  const sql = takeSql(dialect, namedCandidates(dialect, "?6", claimArguments));
  return (request, ids, now) => takeStatement(sql, request, now, ids);
}

/** Claimed jobs from their cells, in claim order. */
export function claimedJobs({ cells }: StatementResult): readonly JobRecord[] {
  const jobs = cells.map(decodeJob);
  return jobs.sort(claimOrderAt(jobs[0]?.startedAtMs ?? 0));
}

type ClaimTexts = ReturnType<typeof claimTexts>;

function claimTexts(dialect: Dialect) {
  const { jobs } = dialect.tables;
  const now = dialect.now("?3");
  const ready = readyCandidates(dialect, claimArguments);
  return {
    endMissed: endMissed(dialect),
    promote: `update ${jobs} set state = ${readyOrBlocked(dialect, jobs)} where seq in (
      select seq from ${jobs} where state = 'scheduled' and run_at <= ${
      dialect.now("?1")
    } order by run_at limit ?2)`,
    ...unblockTexts(dialect, "?1", "?2"),
    block: blockSql(dialect, claimArguments),
    take: takeSql(dialect, ready),
    takeNamed: takeSql(dialect, namedCandidates(dialect, "?6", claimArguments)),
    more: moreSql(dialect, ready),
    moreNamed: moreSql(dialect, namedCandidates(dialect, "?6", claimArguments)),
    next: `select min(first) from (select (select min(j.run_at) from ${jobs} j
        where j.state = 'scheduled' and j.task_name = (e.value ->> 0)) as first from json_each(?1) e
      union all select min(start_deadline) + 1 from ${jobs}
        where attempt = 0 and start_deadline is not null and state <> 'finished'
      union all ${nextStarts(dialect, "?1", "?2")})`,
    nextNamed: `select min(first) from (select j.run_at as first from json_each(?2) e
        cross join ${jobs} j on j.id = e.value
        where +j.state = 'scheduled' and j.task_name in (select value ->> 0 from json_each(?1))
      union all ${nextStarts(dialect, "?1", "?3")})`,
    now: `select json_array(${now.replace("?3", "?1")}, ${freedLeft(dialect)}, ${anyLeft(jobs, "?2")})`,
  };
}

function takeSql(dialect: Dialect, candidates: string): string {
  const { jobs, schedulers } = dialect.tables;
  return `with recursive ${openTasks(dialect, claimArguments)}, ${candidates}, ${choosing(dialect, "?4")}
    update ${jobs} set state = 'running', owner = ?5, attempt = attempt + 1, claim_number = claim_number + 1,
      started_at = ${dialect.now("?3")}, progress = null
    where seq in (select seq from chosen) and exists (select 1 from ${schedulers} where incarnation = ?5)
    returning ${jobCell(jobs)}`;
}

/**
 * True if one more could have been taken, asked only when the claim was filled. Of candidates that have a slot by themselves
 * the first one can be taken, so there is no need to choose.
 */
function moreSql(dialect: Dialect, candidates: string): string {
  return `select case when changes() >= ?4 then exists (
      with recursive ${openTasks(dialect, claimArguments)}, ${candidates} select 1 from candidate
      where coalesce(schedule_free, 1) > 0 and coalesce(key_free, 1) > 0 and coalesce(rate_free, 1) > 0) else 0 end`;
}

/** The expression for whether jobs of the asked tasks still wait to be taken. */
function anyLeft(jobs: string, tasks: string): string {
  const exist = (condition: string) =>
    `exists (select 1 from json_each(${tasks}) e
      cross join ${jobs} j on ${condition} and j.task_name = (e.value ->> 0))`;
  return `(${exist("j.state = 'ready'")} or ${exist(isSetAside("j"))})`;
}

function takeStatement(sql: string, request: ClaimRequest, now: number | null, ids?: string): Statement {
  const { limit, incarnation } = request;
  const args = [tasksArgument(request), windowOf(limit), now, limit, incarnation];
  return { sql, args: ids === undefined ? args : [...args, ids] };
}

function tasksArgument({ tasks }: ClaimRequest): string {
  return listText(tasks.map(({ name, version, max }) => [name, version, max ?? null]));
}

function windowOf(limit: number): number {
  return Math.max(limit, WINDOW_MIN);
}

function claimStep(sql: ClaimTexts, request: ClaimRequest, upkeep: number, now: number | null): Step {
  const tasks = tasksArgument(request);
  const window = windowOf(request.limit);
  const ids = request.jobIds === undefined ? undefined : listText(request.jobIds);
  const common = [tasks, window, now];
  const claim = [...common, request.limit, request.incarnation];
  return [
    ...sql.endMissed(now, upkeep),
    { sql: sql.promote, args: [now, upkeep] },
    { sql: sql.cutStarts, args: [now] },
    { sql: sql.wake, args: [now] },
    { sql: sql.sweep, args: [] },
    { sql: sql.sweepOn, args: [] },
    { sql: sql.look, args: [] },
    { sql: sql.unblock, args: [window, now] },
    { sql: sql.wait, args: [now] },
    { sql: sql.looked, args: [] },
    takeStatement(ids === undefined ? sql.take : sql.takeNamed, request, now, ids),
    ids === undefined ? { sql: sql.more, args: claim } : { sql: sql.moreNamed, args: [...claim, ids] },
    { sql: sql.block, args: claim },
    ids === undefined
      ? { sql: sql.next, args: [tasks, now] }
      : { sql: sql.nextNamed, args: [tasks, ids, now] },
    { sql: sql.now, args: [now, tasks] },
  ];
}

function claimAnswer(
  results: readonly StatementResult[],
  { limit }: ClaimRequest,
  upkeep: number,
): Omit<ClaimAnswer, "held"> {
  const [missed, , , promoted, , , , , , , , , taken, more, , next, end] = results.slice(
    2,
  ) as unknown as ClaimResults;
  const [nowMs, freedLeft, left] = JSON.parse(end.cells[0] as string) as readonly [number, 0 | 1, 0 | 1];
  const upkeepLeft = missed.cells.length >= upkeep || promoted.changes >= upkeep;
  const claimed = claimedJobs(taken);
  const wasCut = claimed.length < limit && inputBytes(claimed) >= CLAIM_BYTES_MAX;
  return {
    nowMs,
    claimed,
    missed: missed.cells.map(decodeJob),
    nextRunAtMs: next.cells[0] as number | null,
    more: more.cells[0] === 1 || wasCut || upkeepLeft || freedLeft === 1,
    backlog: left === 1,
  };
}

function inputBytes(jobs: readonly JobRecord[]): number {
  const lengths = jobs.reduce((sum, { input }) => sum + (input?.length ?? 0), 0);
  // A character is at most three bytes.
  return lengths * 3 < CLAIM_BYTES_MAX
    ? lengths
    : jobs.reduce((sum, { input }) => sum + byteLength(input), 0);
}

/** The results of a claim, from the statement that ends missed jobs on. */
type ClaimResults = readonly [
  missed: StatementResult,
  settled: StatementResult,
  unpicked: StatementResult,
  promoted: StatementResult,
  startsCut: StatementResult,
  woken: StatementResult,
  swept: StatementResult,
  sweptOn: StatementResult,
  look: StatementResult,
  unblocked: StatementResult,
  waiting: StatementResult,
  looked: StatementResult,
  taken: StatementResult,
  more: StatementResult,
  blocked: StatementResult,
  next: StatementResult,
  end: StatementResult,
];

/**
 * The statements that end waiting jobs whose start deadline has passed, up to a limit. The third one returns them.
 * The clock is asked once, by the first: what it picks is what the others are about.
 */
export function endMissed(dialect: Dialect): (now: number | null, limit: number) => Step {
  const { jobs, picked } = dialect.tables;
  const pick = `insert into ${picked}(seq) select seq from ${jobs}
    where attempt = 0 and start_deadline is not null and state <> 'finished' and start_deadline < ${
    dialect.now("?1")
  }
    order by start_deadline limit ?2`;
  const ofPicked = `select j.schedule_seq from ${picked} p cross join ${jobs} j on j.seq = p.seq`;
  const note = noteFinishSql(dialect, ofPicked, "?1");
  const nowMs = dialect.now("?1");
  const end =
    `update ${jobs} set state = 'finished', blocked_by = null, outcome = 'missedStartDeadline', value = null, error = ?2,
      parked_reason = null, finished_at = ${nowMs}, expires_at = ${nowMs} + ${otherKeepMs(dialect, jobs)}
    where seq in (select seq from ${picked}) returning ${slimJobCell(jobs)}`;
  const error = missedError();
  const settle = settleChildrenSql(dialect, "?1");
  return (now, limit) => [
    { sql: pick, args: [now, limit] },
    { sql: note, args: [now] },
    { sql: end, args: [now, error] },
    { sql: settle, args: [now] },
    { sql: `delete from ${picked}`, args: [] },
  ];
}

function missedError(): string {
  const transition = missedDeadlineTransition(defaultRunSettings);
  return JSON.stringify(transition.to === "finished" ? transition.error : null);
}
