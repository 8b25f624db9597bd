import { type JobFields, type NewJob, replacedFieldNames } from "../../../model/job_record.ts";
import type { AddAnswer } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Statement, StatementResult, Step } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";
import { jobColumns, newJobGroups, writtenFields } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";
import { addParents, insertJobsSql, tellMissingParent } from "./insert_jobs.ts";
import { readyOrBlocked } from "./limits.ts";

/** Adds jobs one after the other, each unless one that is there stands for it; all in one step. */
export function insertUnique(session: SqliteSession): (jobs: readonly NewJob[]) => Promise<AddAnswer> {
  const sql = identityTexts(session.dialect);
  const tie = addParents(session.dialect);
  const forget: Statement = { sql: `delete from ${session.dialect.tables.answered}`, args: [] };
  return async (jobs) => {
    const now = session.nowArgument();
    const parents = new Set(jobs.flatMap(({ parents }) => parents?.ids ?? []));
    const mayStand = ({ id, identity }: NewJob) => identity !== undefined && parents.has(id);
    const parts = jobs.map((job) => [
      ...statementsFor(sql, job, now),
      ...(mayStand(job) ? [{ sql: sql.note, args: [job.id] }] : []),
      ...tie([job], now),
      { sql: sql.clear, args: [] },
    ]);
    const step = [...parts.flat(), ...(jobs.some(mayStand) ? [forget] : [])];
    const rest = [
      ...await tellMissingParent(session, jobs, () => session.write(step, { rows: jobs.length })),
    ];
    const answers = parts.map(({ length }) => answerOf(rest.splice(0, length)));
    return { nowMs: answers[0]!.nowMs, jobs: answers.map(({ job }) => job), claimed: [] };
  };
}

function statementsFor(
  sql: ReturnType<typeof identityTexts>,
  job: NewJob,
  now: number | null,
): Step {
  const { id, taskName, identity } = job;
  const same = [
    id,
    taskName,
    identity?.key ?? null,
    listText(identity?.states ?? []),
    identity?.periodMs ?? null,
    identity?.replace ? 1 : 0,
    now,
  ];
  return [
    { sql: sql.pick, args: same },
    replaceStatement(sql.replace, job, now),
    { sql: sql.insert, args: [listText(newJobGroups([job])), now] },
    { sql: sql.answer, args: [id, now] },
  ];
}

function replaceStatement(sql: string, job: NewJob, now: number | null): Statement {
  const { id, identity, runAtMs } = job;
  const replace = identity?.replace ?? null;
  const common = [replace === null ? 0 : 1, id, now, runAtMs, replace?.maxWaitMs ?? null];
  return { sql, args: [...common, ...writtenFields(job, replacedFieldNames)] };
}

function answerOf(results: readonly StatementResult[]) {
  const [, replaced, inserted, found] = results;
  const [nowMs, seq, id] = JSON.parse(found!.cells[0] as string) as readonly [number, number, string];
  const outcome = inserted!.changes > 0 ? "added" : replaced!.changes > 0 ? "replaced" : "deduplicated";
  return { nowMs, job: { id, seq, outcome } as const };
}

function identityTexts(dialect: Dialect) {
  const { jobs, picked, answered } = dialect.tables;
  const now = dialect.now("?3");
  const runAt = `min(coalesce(?4, ${now}), coalesce(created_at + ?5, coalesce(?4, ${now})))`;
  const argumentOf = (name: keyof JobFields) => `?${6 + replacedFieldNames.indexOf(name)}`;
  const replacedColumns = replacedFieldNames.map((name) =>
    `${jobColumns.of[name].name} = ${argumentOf(name)}`
  );
  const newKeys = { concurrencyKey: argumentOf("concurrencyKey"), rateKey: argumentOf("rateKey") };
  return {
    pick: `insert into ${picked}(seq)
      select j.seq from ${jobs} j where j.id = ?1
      union all
      select * from (select j.seq from ${jobs} j
        where j.task_name = ?2 and j.identity_key = ?3 and j.identity_key is not null
          and j.state in (select value from json_each(?4))
          and (?5 is null or j.created_at > ${
      dialect.now("?7")
    } - ?5) and (?6 = 0 or (j.claim_number = 0 and j.state <> 'finished'))
          and not exists (select 1 from ${jobs} where id = ?1)
        order by j.seq desc limit 1)`,
    replace: `update ${jobs} set run_at = ${runAt}, parked_reason = null, ${replacedColumns.join(", ")},
        state = case when blocked_by is not null then state when ${runAt} > ${now} then 'scheduled'
          else ${readyOrBlocked(dialect, jobs, newKeys)} end
      where ?1 = 1 and seq in (select seq from ${picked}) and id <> ?2`,
    insert: insertJobsSql(dialect, "json_each(?1) b", "?2", `not exists (select 1 from ${picked})`),
    answer: `select json_array(${dialect.now("?2")}, seq, id) from ${jobs}
      where seq in (select seq from ${picked} union all select seq from ${jobs} where id = ?1)`,
    // For the jobs of the call that wait for this one, where another one stands for it.
    note: `insert or replace into ${answered}(id, seq)
      select ?1, seq from ${picked} where not exists (select 1 from ${jobs} where id = ?1)`,
    clear: `delete from ${picked}`,
  };
}
