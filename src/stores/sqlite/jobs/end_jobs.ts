import { inParts } from "../../../model/payload.ts";
import type { JobEnding } from "../../../model/job_record.ts";
import type { JobStore } from "../../job_store.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation } from "../../shared/group_commit.ts";
import { LIST_LENGTH_MAX, listText } from "../rows/list_text.ts";
import {
  finishGroupColumns,
  finishGroups,
  leaveGroupColumns,
  leaveGroups,
  questionGroups,
  sharedFinish,
  sharedFinishArguments,
} from "../rows/ending_rows.ts";
import type { SqliteSession } from "../session/session.ts";
import { ATTEMPTS_MAX } from "../../../model/job_history.ts";
import type { Dialect } from "../schema/dialect.ts";
import { cancelledError, noteFinishSql, otherKeepMs } from "./job_ends.ts";
import { readyOrBlocked } from "./limits.ts";
import { pickEndingSql, settleChildrenSql } from "./settle_children.ts";

/** The statements that end runs, and how to read what they did. */
export type EndOperation = BulkOperation<JobEnding, boolean>;

/** Ending runs. */
export function endJobs(session: SqliteSession): Pick<JobStore, "endJobs"> {
  const operation = endOperation(session);
  return {
    endJobs: async (endings) => endings.length === 0 ? [] : await session.writeBulk(operation, endings),
  };
}

/** Ends runs whose fence holds. */
export function endOperation(session: SqliteSession): EndOperation {
  const sql = endTexts(session.dialect);
  return {
    step(endings): Step {
      const runs = firstOfEachRun(endings);
      const now = session.nowArgument();
      const question = listText(questionGroups(endings));
      const held: Statement = { sql: sql.held, args: [question] };
      const repeats = runs.length < endings.length;
      const parts = inParts(runs, lengthOf, LIST_LENGTH_MAX);
      const pick: Statement = { sql: sql.pick, args: [question] };
      const settle: Statement[] = [{ sql: sql.settle, args: [now] }, { sql: sql.clear, args: [] }];
      const note = (text: string, concerns: (run: JobEnding) => boolean): Statement[] => {
        const noted = runs.filter((run) => mayBeOfSchedule(run) && concerns(run));
        return noted.length === 0 ? [] : [{ sql: text, args: [listText(questionGroups(noted)), now] }];
      };
      const finish: Statement[] = [
        ...note(sql.noteFinished, endsRun),
        ...parts.map((part) =>
          finishStatement(sql, part, repeats || parts.length > 1 ? undefined : question, now)
        ),
      ];
      if (allFinish(runs)) {
        const answer = repeats || parts.length > 1
          ? held
          : { sql: sql.heldUnlessAll, args: [question, runs.length] };
        return [pick, ...finish, answer, ...settle];
      }
      const leaving = parts.map((part) => listText(leaveGroups(part)));
      const leave: Statement[] = [
        ...leaving.flatMap((list) => [
          { sql: sql.keepAttempts, args: [list, now] },
          { sql: sql.dropAttempts, args: [list] },
        ]),
        ...note(sql.noteStopped, (run) => !endsRun(run)),
        ...leaving.map((list) => ({ sql: sql.leave, args: [list, now] })),
      ];
      return [held, pick, ...finish, ...leave, ...(repeats ? [held] : []), ...settle];
    },
    answers(endings, results) {
      if (results.at(-2)!.changes > 0) session.wake();
      // Behind it, those that wait for these runs are settled.
      const last = verdicts(results.at(-3)!.cells[0]);
      if (last === undefined && allFinish(endings)) return endings.map(() => true);
      const runs = firstOfEachRun(endings);
      const firsts = new Set(runs);
      // Where all finish, the question is asked afterwards only; it then covers repeated ones too.
      const first = allFinish(runs) ? last : verdicts(results[0]!.cells[0]);
      return endings.map((ending, index) => (firsts.has(ending) ? first : last)?.[index] !== 0);
    },
  };
}

/** About as many characters as a run's end is in its list. */
function lengthOf({ transition }: JobEnding): number {
  const { value, error } = { value: null, error: null, ...transition };
  return (value?.length ?? 0) + (error === null ? 0 : JSON.stringify(error).length);
}

/** The statement that finishes those of these runs that do; `question` is the one about them all. */
function finishStatement(
  sql: ReturnType<typeof endTexts>,
  runs: readonly JobEnding[],
  question: string | undefined,
  now: number | null,
): Statement {
  const shared = sharedFinish(runs);
  if (shared === undefined) return { sql: sql.finish, args: [listText(finishGroups(runs)), now] };
  const args = sharedFinishArguments(shared);
  const { sameValue, transition: { value } } = shared;
  if (sameValue && question !== undefined) {
    return { sql: sql.finishSame, args: [question, now, ...args, value] };
  }
  const list = listText(
    runs.map(({ fence, transition }) => [fence.seq, (transition as typeof shared.transition).value]),
  );
  return { sql: sql.finishAlike, args: [list, now, ...args] };
}

/** The verdict on each ending; undefined where all held. */
function verdicts(cell: SqlValue | undefined): readonly number[] | undefined {
  return typeof cell === "string" ? JSON.parse(cell) as readonly number[] : undefined;
}

/** The results of an end operation that was part of a larger step. */
export function endAnswers(
  operation: EndOperation,
  endings: readonly JobEnding[],
  results: readonly StatementResult[],
): readonly boolean[] {
  return endings.length === 0 ? [] : operation.answers(endings, results);
}

function mayBeOfSchedule({ scheduleSeq }: JobEnding): boolean {
  return scheduleSeq !== null;
}

function isFinish({ transition }: JobEnding): boolean {
  return transition.to === "finished";
}

/** True if a schedule that counts from the end of a run continues: a parked job holds nothing. */
function endsRun({ transition }: JobEnding): boolean {
  return transition.to === "finished" || transition.to === "parked";
}

function allFinish(endings: readonly JobEnding[]): boolean {
  return endings.every(isFinish);
}

/** A run can end once: where it is ended twice in one go, the first end counts. */
function firstOfEachRun(endings: readonly JobEnding[]): readonly JobEnding[] {
  if (new Set(endings.map(({ fence }) => fence.seq)).size === endings.length) return endings;
  const runs = new Map<string, JobEnding>();
  for (const ending of endings) {
    const run = runOf(ending);
    if (!runs.has(run)) runs.set(run, ending);
  }
  return [...runs.values()];
}

function runOf({ fence }: JobEnding): string {
  return `${fence.seq}/${fence.incarnation}/${fence.claimNumber}`;
}

/** The texts of the statements that end runs. Each names its list `?1` and the time `?2`, but for the questions. */
export function endTexts(dialect: Dialect) {
  return {
    finish: finishText(dialect),
    /** Of runs that share all but their values; the list is of seq and value. */
    finishAlike: finishAlikeText(dialect),
    /** Of runs that share their value too; the list is the question about them. */
    finishSame: finishSameText(dialect),
    leave: leaveText(dialect),
    keepAttempts: keepAttemptsText(dialect),
    dropAttempts: dropAttemptsText(dialect),
    noteFinished: noteFinishSql(dialect, schedulesOfRuns(dialect, "true"), "?2"),
    noteStopped: noteFinishSql(dialect, schedulesOfRuns(dialect, "j.cancel_requested is not null"), "?2"),
    pick: pickEndingSql(
      dialect,
      `${asked} cross join ${dialect.tables.jobs} j on j.seq = e.value`,
      "+j.state = 'running' and +j.owner = (b.value ->> 0) and j.claim_number = (b.value ->> 1)",
    ),
    settle: settleChildrenSql(dialect, "?1"),
    clear: `delete from ${dialect.tables.picked}`,
    held: `select ${heldList(dialect)}`,
    /** The same, asked straight after `finish`, only when that did not end `?2` runs. */
    heldUnlessAll: `select case when changes() <> ?2 then ${heldList(dialect)} end`,
  };
}

/** The runs that a question is about (`questionGroups`): their groups as `b`, their seqs as `e`. */
const asked = "json_each(?1) b cross join json_each(b.value, '$[3]') e";

/**
 * For each run of the list, whether its fence holds, or whether it was ended before in just this way. It says the
 * same before and after a `finish`.
 */
function heldList({ tables: { jobs } }: Dialect): string {
  return `(select json_group_array(case
      when j.seq is null or j.owner <> (b.value ->> 0) or j.claim_number <> (b.value ->> 1) then 0
      when j.state = 'running' then 1
      else j.state = 'finished' and j.outcome is (b.value ->> 2) end)
    from ${asked} left join ${jobs} j on j.seq = e.value)`;
}

/** The schedules of the runs whose fence holds. Most jobs have none: nothing more is read of those. */
function schedulesOfRuns({ tables: { jobs } }: Dialect, condition: string): string {
  return `select j.schedule_seq from ${asked} cross join ${jobs} j on j.seq = e.value
    where case when j.schedule_seq is null then 0 else j.state = 'running' and j.owner = (b.value ->> 0)
      and j.claim_number = (b.value ->> 1) and ${condition} end`;
}

/** The rows of the list, with what their groups share and the time, as `r`. */
function runs(dialect: Dialect, shared: readonly string[], own: readonly string[]): string {
  const rows = own.map((column, index) => `e.value ->> ${index} as ${column}`);
  const selected = [...shared.map((column) => `g.${column}`), ...rows];
  const columns = shared.map((column, index) => `b.value ->> ${index} as ${column}`);
  return `clock(now) as materialized (select ${dialect.now("?2")}),
    g as materialized (select ${columns}, b.value -> ${shared.length} as own from json_each(?1) b),
    r as materialized (select ${selected}, clock.now as now
      from clock cross join g cross join json_each(g.own) e)`;
}

/** The pluses leave the planner one way: from the list to the jobs. Measured 20 times faster than what it would choose. */
function fenceHolds(jobs: string): string {
  return `${jobs}.seq = +r.seq and +${jobs}.owner = +r.owner and ${jobs}.claim_number = +r.claim_number
    and +${jobs}.state = 'running'`;
}

function finishText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  return `with ${runs(dialect, finishGroupColumns, ["seq", "claim_number", "result"])}
    update ${jobs} set state = 'finished', outcome = r.outcome, value = r.result, error = r.error,
      parked_reason = null, finished_at = r.now, expires_at = r.now + r.keep_ms
    from r where ${fenceHolds(jobs)}`;
}

/** Values that are the same for all are bound, and not carried through the list: a fifth of the cost of an end. */
function finishAlikeText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  return `${finishAlike(dialect, "e.value ->> 1")} from json_each(?1) e
    where ${jobs}.seq = (e.value ->> 0) and ${sharedFenceHolds}`;
}

function finishSameText(dialect: Dialect): string {
  return `${finishAlike(dialect, "?8")}
    where seq in (select value from json_each(?1, '$[0][3]')) and ${sharedFenceHolds}`;
}

const sharedFenceHolds = "+owner = ?3 and claim_number = ?4 and +state = 'running'";

function finishAlike({ tables: { jobs }, now }: Dialect, value: string): string {
  return `with clock(now) as materialized (select ${now("?2")})
    update ${jobs} set state = 'finished', outcome = ?5, value = ${value}, error = ?6, parked_reason = null,
      finished_at = (select now from clock), expires_at = (select now from clock) + ?7`;
}

/** Notes the attempts of runs that continue later, while they still run. */
function keepAttemptsText(dialect: Dialect): string {
  const { jobs, attempts } = dialect.tables;
  return `with ${runs(dialect, leaveGroupColumns, ["seq", "claim_number"])}
    insert into ${attempts}(job_seq, claim_number, attempt, owner, started_at, finished_at, outcome, error)
    select ${jobs}.seq, ${jobs}.claim_number, ${jobs}.attempt, ${jobs}.owner,
      coalesce(${jobs}.started_at, r.now), r.now, r.left_as, r.error
    from r cross join ${jobs} on ${fenceHolds(jobs)} where +${jobs}.cancel_requested is null
    on conflict do nothing`;
}

/** Claims are numbered one by one, so the oldest attempts are known by their numbers. */
function dropAttemptsText(dialect: Dialect): string {
  const { attempts } = dialect.tables;
  return `delete from ${attempts} where (job_seq, claim_number) in (
    select a.job_seq, a.claim_number from json_each(?1) b
      cross join json_each(b.value, '$[${leaveGroupColumns.length}]') e
      cross join ${attempts} a on a.job_seq = (e.value ->> 0)
        and a.claim_number <= (e.value ->> 1) - ${ATTEMPTS_MAX})`;
}

/** A run that was asked to stop in the meantime is not tried again, handed back or parked: it ends as cancelled. */
function leaveText(dialect: Dialect): string {
  const { jobs } = dialect.tables;
  const asked = `${jobs}.cancel_requested`;
  const stopped = (value: string, other: string) =>
    `case when ${asked} is not null then ${value} else ${other} end`;
  const waiting = readyOrBlocked(dialect, jobs);
  return `with ${runs(dialect, leaveGroupColumns, ["seq", "claim_number"])}
    update ${jobs} set
      state = ${
    stopped(
      "'finished'",
      `case r.leaves_to when 'parked' then 'parked' else
        case when r.delay_ms > 0 then 'scheduled' else ${waiting} end end`,
    )
  },
      outcome = ${stopped("'cancelled'", `${jobs}.outcome`)},
      value = ${stopped("null", `${jobs}.value`)},
      error = ${
    stopped(cancelledError(asked), `case r.leaves_to when 'retry' then r.error else ${jobs}.error end`)
  },
      finished_at = ${stopped("r.now", `${jobs}.finished_at`)},
      expires_at = ${stopped(`r.now + ${otherKeepMs(dialect, jobs)}`, `${jobs}.expires_at`)},
      run_at = ${
    stopped(
      `${jobs}.run_at`,
      `case when r.leaves_to in ('retry', 'snooze') then r.now + r.delay_ms else ${jobs}.run_at end`,
    )
  },
      attempt = ${
    stopped(
      `${jobs}.attempt`,
      `case r.leaves_to when 'retry' then ${jobs}.attempt else max(0, ${jobs}.attempt - 1) end`,
    )
  },
      lost_leases = ${stopped(`${jobs}.lost_leases`, `${jobs}.lost_leases + r.lost_lease`)},
      start_deadline = ${
    stopped(
      `${jobs}.start_deadline`,
      `case when r.leaves_to in ('handBack', 'snooze') then null else ${jobs}.start_deadline end`,
    )
  },
      parked_reason = ${
    stopped("null", `case r.leaves_to when 'parked' then r.reason else ${jobs}.parked_reason end`)
  }
    from r where ${fenceHolds(jobs)}`;
}
