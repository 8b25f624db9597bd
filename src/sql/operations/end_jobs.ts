import type { JobEnding } from "../../model/job_record.ts";
import type { JobStore } from "../../stores/job_store.ts";
import type { SqlValue, Statement, StatementResult, Step } from "../driver.ts";
import type { BulkOperation } from "../group_commit.ts";
import { finishGroups, leaveGroups, questionRow } from "../rows/ending_rows.ts";
import type { SqlSession } from "../session.ts";
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
      const question = () => JSON.stringify(runs.map(questionRow));
      const finishing = JSON.stringify(finishGroups(runs));
      const finish: Statement[] = [
        { sql: sql.noteFinished, args: [finishing, now] },
        { sql: sql.finish, args: [finishing, now] },
      ];
      if (allFinish(runs)) return [...finish, { sql: sql.heldUnlessAll, args: [question(), runs.length] }];
      const leaving = JSON.stringify(leaveGroups(runs));
      return [
        { sql: sql.held, args: [question()] },
        ...finish,
        { sql: sql.noteStopped, args: [leaving, now] },
        { sql: sql.leave, args: [leaving, now] },
      ];
    },
    answers(endings, results) {
      const runs = firstOfEachRun(endings);
      const answer = (allFinish(runs) ? results.at(-1) : results[0])!.cells[0]!;
      if (answer === null && runs.length === endings.length) return endings.map(() => true);
      return heldAnswers(endings, runs, answer);
    },
  };
}

/** The answers of an end operation that was part of a larger step. */
export function endAnswers(
  operation: EndOperation,
  endings: readonly JobEnding[],
  results: readonly StatementResult[],
): readonly boolean[] {
  return endings.length === 0 ? [] : operation.answers(endings, results);
}

function heldAnswers(
  endings: readonly JobEnding[],
  runs: readonly JobEnding[],
  answer: SqlValue,
): readonly boolean[] {
  const verdicts = answer === null ? undefined : JSON.parse(answer as string) as readonly number[];
  const firsts = new Map(
    runs.map((ending, index) => [runOf(ending), { ending, held: verdicts?.[index] !== 0 }]),
  );
  return endings.map((ending) => {
    const { ending: first, held } = firsts.get(runOf(ending))!;
    return held && (first === ending || sameEnd(first, ending));
  });
}

function allFinish(endings: readonly JobEnding[]): boolean {
  return endings.every(({ transition }) => transition.to === "finished");
}

/** A run can end once: where it is ended twice in one go, the first end counts. */
function firstOfEachRun(endings: readonly JobEnding[]): readonly JobEnding[] {
  if (endings.length === 1) return endings;
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

function sameEnd({ transition: a }: JobEnding, { transition: b }: JobEnding): boolean {
  return a.to === "finished" && b.to === "finished" && a.outcome === b.outcome;
}
