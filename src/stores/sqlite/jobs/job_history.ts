import {
  attemptsOf,
  LOG_BYTES_MAX,
  LOG_LINES_MAX,
  type LogBatch,
  logLineBytes,
} from "../../../model/job_history.ts";
import type { JobHistoryStore, JobStore } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import { listText } from "../rows/list_text.ts";
import { attemptColumns, logColumns } from "../rows/history_rows.ts";
import { decodeJob, jobCell } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";

/** The history of jobs' runs. */
export function jobHistory(session: SqliteSession): JobHistoryStore {
  const sql = historyTexts(session.dialect);
  return {
    async getAttempts(jobId) {
      const args = [jobId];
      const [job, stored, name] = await session.read([
        { sql: sql.job, args },
        { sql: sql.attempts, args },
        { sql: sql.ownerName, args },
      ]);
      const [cell] = job!.cells;
      if (cell === undefined) return undefined;
      const ownerName = (name!.cells[0] ?? null) as string | null;
      return attemptsOf(decodeJob(cell), ownerName, stored!.cells.map(attemptColumns.decode));
    },
    async putLogs(batches) {
      const given = batches.filter(({ lines }) => lines.length > 0);
      if (given.length === 0) return;
      const args = [listText(given.map(batchRow))];
      await session.write([{ sql: sql.addLines, args }, { sql: sql.trim, args }], { quiet: true });
    },
    async getLogs(jobId) {
      const [job, lines] = await session.read([
        { sql: sql.isThere, args: [jobId] },
        { sql: sql.lines, args: [jobId] },
      ]);
      return job!.cells.length === 0 ? undefined : lines!.cells.map(logColumns.decode);
    },
  };
}

function batchRow({ jobSeq, claimNumber, part, lines }: LogBatch) {
  const rows = lines.map((
    one,
  ) => [one.line, one.atMs, one.level, one.message, one.fields, logLineBytes(one)]);
  return [jobSeq, claimNumber, part, rows];
}

function historyTexts({ tables: { jobs, attempts, logs, names } }: Dialect) {
  return {
    isThere: `select 1 from ${jobs} where id = ?1`,
    job: `select ${jobCell("j")} from ${jobs} j where j.id = ?1`,
    attempts: `select ${
      attemptColumns.cell("a", { ownerName: "n.name" })
    } from ${jobs} j cross join ${attempts} a on a.job_seq = j.seq
      left join ${names} n on n.incarnation = a.owner where j.id = ?1 order by a.claim_number`,
    ownerName:
      `select n.name from ${jobs} j cross join ${names} n on n.incarnation = j.owner where j.id = ?1`,
    lines: `select ${
      logColumns.cell("l")
    } from ${jobs} j cross join ${logs} l on l.job_seq = j.seq where j.id = ?1
      order by l.ordinal`,
    // What is there is asked once for each run, and each list is opened once: for each line, both cost minutes.
    addLines: `with run(place, job_seq, claim_number, part, lines) as materialized (
        select b.key, b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value -> 3 from json_each(?1) b),
      before(place, ordinal, line) as materialized (
        select r.place, coalesce((select max(ordinal) from ${logs} where job_seq = r.job_seq), 0),
          coalesce((select max(l.line) from ${logs} l
            where l.job_seq = r.job_seq and l.claim_number = r.claim_number and l.part = r.part), 0)
        from run r cross join ${jobs} j on j.seq = r.job_seq)
      insert into ${logs}(job_seq, ordinal, claim_number, part, line, at, level, message, fields, bytes)
      select r.job_seq, w.ordinal + row_number() over (partition by r.job_seq order by r.place, e.key),
        r.claim_number, r.part, e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4, e.value ->> 5
      from before w cross join run r on r.place = w.place cross join json_each(r.lines) e
      where (e.value ->> 0) > w.line`,
    trim: `delete from ${logs} where (job_seq, ordinal) in (
      select job_seq, ordinal from (
        select job_seq, ordinal, row_number() over newest as line_count, sum(bytes) over newest as byte_count
        from ${logs} where job_seq in (select value ->> 0 from json_each(?1))
        window newest as (partition by job_seq order by ordinal desc))
      where line_count > ${LOG_LINES_MAX} or byte_count > ${LOG_BYTES_MAX})`,
  };
}

/** Noting how far jobs say they are. */
export function putProgress(session: SqliteSession): Pick<JobStore, "putProgress"> {
  const { jobs } = session.dialect.tables;
  const sql = `update ${jobs} set progress = e.value ->> 3 from json_each(?1) e
    where ${jobs}.seq = (e.value ->> 0) and +${jobs}.owner = (e.value ->> 1)
      and ${jobs}.claim_number = (e.value ->> 2) and +${jobs}.state = 'running'`;
  return {
    async putProgress(notes) {
      const latest = new Map(notes.map(({ fence, progress }) => {
        const { seq, incarnation, claimNumber } = fence;
        const row = [seq, incarnation, claimNumber, JSON.stringify(progress)];
        return [`${seq}/${incarnation}/${claimNumber}`, row] as const;
      }));
      if (latest.size === 0) return;
      await session.write([{ sql, args: [listText([...latest.values()])] }], { quiet: true });
    },
  };
}
