import { ATTEMPTS_MAX } from "../../../model/job_history.ts";
import type { JobRecord } from "../../../model/job_record.ts";
import type { CancelRequest, JobChange, JobStore } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Statement } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";
import { decodeJob, jobCell, slimJobCell } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";
import { jobsInOrder } from "./find_jobs.ts";
import { cancelledError, noteFinishSql } from "./job_ends.ts";
import { readyOrBlocked } from "./limits.ts";
import { hasUnfinishedParent, pickEndingSql, settleChildrenSql } from "./settle_children.ts";

type ChangingJobs = Pick<JobStore, "cancelJobs" | "updateJob" | "retryJobs" | "removeJobs">;

/** Changing jobs by hand. */
export function changeJobs(session: SqliteSession): ChangingJobs {
  const sql = changeTexts(session.dialect);
  return {
    async cancelJobs(ids, cancel) {
      const args = cancelArguments(ids, cancel, session.nowArgument());
      const [requested, , , cancelled] = await session.write([
        { sql: sql.request, args: args.slice(0, 2) },
        { sql: sql.noteWaiting, args: [args[0]!, args[2]!] },
        { sql: sql.pick, args: args.slice(0, 1) },
        { sql: sql.cancel, args },
        { sql: sql.settle, args: args.slice(2, 3) },
        { sql: sql.clear, args: [] },
      ], { rows: ids.length });
      return {
        cancelled: jobsInOrder(ids, cancelled!.cells),
        requested: jobsInOrder(ids, requested!.cells),
      };
    },
    async updateJob(id, change) {
      const [updated] = await session.write([updateStatement(sql.update, id, change, session.nowArgument())]);
      return updated!.cells.map(decodeJob)[0];
    },
    async retryJobs(ids): Promise<readonly JobRecord[]> {
      const args = [listText(ids), session.nowArgument()];
      const [, , retried] = await session.write([
        { sql: sql.keepAttempts, args: [args[0]!] },
        { sql: sql.dropAttempts, args: [args[0]!] },
        { sql: sql.retry, args },
      ], { rows: ids.length });
      return jobsInOrder(ids, retried!.cells);
    },
    async removeJobs(ids) {
      const list = listText(ids);
      const now = session.nowArgument();
      const [, , , , removed] = await session.write([
        { sql: sql.noteWaiting, args: [list, now] },
        { sql: sql.pick, args: [list] },
        { sql: sql.endRemoved, args: [list, now] },
        { sql: sql.settle, args: [now] },
        { sql: sql.remove, args: [list] },
        { sql: sql.clear, args: [] },
      ], { rows: ids.length });
      const gone = new Set(removed!.cells);
      return [...new Set(ids)].filter((id) => gone.has(id));
    },
  };
}

function changeTexts(dialect: Dialect) {
  const { jobs, attempts, picked } = dialect.tables;
  const named = `${jobs}.seq in (select j.seq from json_each(?1) e cross join ${jobs} j on j.id = e.value)`;
  const schedulesOf = (condition: string) =>
    `select j.schedule_seq from json_each(?1) e cross join ${jobs} j on j.id = e.value where ${condition}`;
  const ready = readyOrBlocked(dialect, jobs);
  // A parent that is retried by the same call is not over.
  const over = "q.state = 'finished' and q.id not in (select value from json_each(?1))";
  const waits = `${jobs}.on_parent_failure is not null and ${
    hasUnfinishedParent(dialect, `${jobs}.seq`, over)
  }`;
  return {
    request: `update ${jobs} set cancel_requested = coalesce(cancel_requested, ?2)
      where ${named} and +state = 'running' returning ${slimJobCell(jobs)}`,
    noteWaiting: noteFinishSql(dialect, schedulesOf("+j.state not in ('running', 'finished')"), "?2"),
    cancel: `update ${jobs} set state = 'finished', blocked_by = null, outcome = 'cancelled', value = null,
        error = ${
      cancelledError("?2")
    }, cancel_requested = coalesce(cancel_requested, ?2), parked_reason = null,
        finished_at = ${dialect.now("?3")}, expires_at = ${dialect.now("?3")} + ?4
      where ${named} and +state not in ('running', 'finished') returning ${slimJobCell(jobs)}`,
    keepAttempts:
      `insert into ${attempts}(job_seq, claim_number, attempt, owner, started_at, finished_at, outcome, error)
      select j.seq, j.claim_number, j.attempt, j.owner, j.started_at, j.finished_at, j.outcome, j.error
      from json_each(?1) e cross join ${jobs} j on j.id = e.value
      where +j.state = 'finished' and j.started_at is not null on conflict do nothing`,
    dropAttempts: `delete from ${attempts} where (job_seq, claim_number) in (
      select a.job_seq, a.claim_number from json_each(?1) e cross join ${jobs} j on j.id = e.value
        cross join ${attempts} a on a.job_seq = j.seq and a.claim_number <= j.claim_number - ${ATTEMPTS_MAX}
      where +j.state = 'finished')`,
    retry: `update ${jobs} set state = case when ${waits} then 'blocked' else ${ready} end,
        blocked_by = case when ${waits} then 'parents' end, outcome = null, run_at = ${dialect.now("?2")},
        start_deadline = null, attempt = 0, lost_leases = 0, cancel_requested = null, progress = null,
        parked_reason = null, started_at = null, finished_at = null, expires_at = null, value = null, error = null
      where ${named} and +state in ('finished', 'parked') returning ${slimJobCell(jobs)}`,
    pick: pickEndingSql(
      dialect,
      `json_each(?1) e cross join ${jobs} j on j.id = e.value`,
      "+j.state not in ('running', 'finished')",
    ),
    // For those that wait for them, and for the feed of changes.
    endRemoved:
      `update ${jobs} set state = 'finished', blocked_by = null, outcome = 'cancelled', finished_at = ${
        dialect.now("?2")
      }, error = ${cancelledError("'it was removed'")}
      where ${named} and +state not in ('running', 'finished')`,
    settle: settleChildrenSql(dialect, "?1"),
    clear: `delete from ${picked}`,
    remove: `delete from ${jobs} where ${named} and +state <> 'running' returning id`,
    update: updateText(dialect, ready),
  };
}

/** Arguments: id, time, then for each field whether it is given and its value. */
function updateText(dialect: Dialect, ready: string): string {
  const { jobs } = dialect.tables;
  const now = dialect.now("?2");
  const runAt = `case when ?3 then coalesce(?4, ${now}) else run_at end`;
  const placedAnew = `(blocked_by is null and (?3 or (state = 'parked' and ?6)))`;
  return `update ${jobs} set
      state = case when ${placedAnew} then case when ${runAt} > ${now} then 'scheduled' else ${ready} end
        else state end,
      parked_reason = case when ${placedAnew} then null else parked_reason end,
      run_at = ${runAt}, priority = coalesce(?5, priority), input = case when ?6 then ?7 else input end,
      metadata = coalesce(?8, metadata),
      task_version = coalesce(?9, task_version)
    where id = ?1 and state not in ('running', 'finished') returning ${jobCell(jobs)}`;
}

function updateStatement(sql: string, id: string, change: JobChange, now: number | null): Statement {
  const { runAtMs, priority, input, metadata, taskVersion } = change;
  return {
    sql,
    args: [
      id,
      now,
      runAtMs === undefined ? 0 : 1,
      runAtMs ?? null,
      priority ?? null,
      input === undefined ? 0 : 1,
      input ?? null,
      metadata === undefined ? null : JSON.stringify(metadata),
      taskVersion ?? null,
    ],
  };
}

function cancelArguments(ids: readonly string[], { reason, keepMs }: CancelRequest, now: number | null) {
  return [listText(ids), reason, now, keepMs] as const;
}
