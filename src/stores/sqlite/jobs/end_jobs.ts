import type { JobEnding } from "../../../model/job_record.ts";
import type { JobStore } from "../../job_store.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation } from "../../shared/group_commit.ts";
import { listText } from "../rows/list_text.ts";
import {
  finishGroups,
  leaveGroups,
  questionGroups,
  sharedFinish,
  sharedFinishArguments,
} from "../rows/ending_rows.ts";
import type { SqlSession } from "../session/session.ts";
import { endTexts } from "./end_sql.ts";

/** The statements that end runs, and how to read what they did. */
export type EndOperation = BulkOperation<JobEnding, boolean>;

/** Ending runs. */
export function endJobs(session: SqlSession): Pick<JobStore, "endJobs"> {
  const operation = endOperation(session);
  return {
    endJobs: async (endings) => endings.length === 0 ? [] : await session.writeBulk(operation, endings),
  };
}

/** Ends runs whose fence holds. */
export function endOperation(session: SqlSession): EndOperation {
  const sql = endTexts(session.dialect);
  return {
    step(endings): Step {
      const runs = firstOfEachRun(endings);
      const now = session.nowArgument();
      const question = listText(questionGroups(endings));
      const held: Statement = { sql: sql.held, args: [question] };
      const repeats = runs.length < endings.length;
      const pick: Statement = { sql: sql.pick, args: [question] };
      const settle: Statement[] = [{ sql: sql.settle, args: [now] }, { sql: sql.clear, args: [] }];
      const note = (text: string, finishes: boolean): Statement[] => {
        const noted = runs.filter((run) => mayBeOfSchedule(run) && isFinish(run) === finishes);
        return noted.length === 0 ? [] : [{ sql: text, args: [listText(questionGroups(noted)), now] }];
      };
      const finish: Statement[] = [
        ...note(sql.noteFinished, true),
        finishStatement(sql, runs, repeats ? undefined : question, now),
      ];
      if (allFinish(runs)) {
        const answer = repeats ? held : { sql: sql.heldUnlessAll, args: [question, runs.length] };
        return [pick, ...finish, answer, ...settle];
      }
      const leaving = listText(leaveGroups(runs));
      const leave: Statement[] = [
        { sql: sql.keepAttempts, args: [leaving, now] },
        { sql: sql.dropAttempts, args: [leaving] },
        ...note(sql.noteStopped, false),
        { sql: sql.leave, args: [leaving, now] },
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
      // Where all finish, the question is asked afterwards only; it then answers for repeated ones too.
      const first = allFinish(runs) ? last : verdicts(results[0]!.cells[0]);
      return endings.map((ending, index) => (firsts.has(ending) ? first : last)?.[index] !== 0);
    },
  };
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

/** What was answered for each ending; undefined where all held. */
function verdicts(cell: SqlValue | undefined): readonly number[] | undefined {
  return typeof cell === "string" ? JSON.parse(cell) as readonly number[] : undefined;
}

/** The answers of an end operation that was part of a larger step. */
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
