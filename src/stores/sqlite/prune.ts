import type { DataStore } from "../data_store.ts";
import type { Statement } from "../shared/driver.ts";
import type { SqliteSession } from "./session/session.ts";

/** Number of finished schedules that one call looks at: most may still have jobs, and looking takes time. */
const LOOK_MAX = 1000;

/** A task that keeps only so many of its jobs: `[name, succeeded, how many]`. */
type Count = readonly [taskName: string, succeeded: number, keep: number];

/** Deleting what has expired, and what is beyond the number of jobs that its task keeps, and starts that count no more. */
export function prune(session: SqliteSession): Pick<DataStore, "prune"> {
  const { jobs, schedules, tasks, counted, parents, rates, starts } = session.dialect.tables;
  // A job that is not finished has its parents' results still to come.
  const needed = `exists (select 1 from ${parents} p cross join ${jobs} c on c.seq = p.child_seq
    where p.parent_seq = ${jobs}.seq and +c.state <> 'finished')`;
  const expired = `delete from ${jobs} where seq in (select seq from ${jobs}
    where state = 'finished' and expires_at <= ${session.dialect.now("?1")} and not ${needed}
    order by expires_at, seq limit ?2)`;
  const counts = ["success", "other"].map((word, other) =>
    `select json_array(name, ${1 - other}, keep_${word}) from ${tasks} where keep_${word} is not null`
  ).join(" union all ");
  const those = `from ${counted} where task_name = ?1 and succeeded = ?2`;
  const surplus = `delete from ${jobs} where seq in (select job_seq ${those} order by finished_at, job_seq
    limit (select max(0, min(?4, count(*) - ?3)) ${those})) and not ${needed}`;
  const looked = (after: string) =>
    `select seq, id from ${schedules} where generated_id = 1 and status = 'finished' and seq > ${after}
      order by seq limit ${LOOK_MAX}`;
  const window = `select json_array(max(seq), count(*)) from (${looked("?1")})`;
  const left = `select s.seq from (${looked("?2")}) s where not exists (
      select 1 from ${jobs} j where j.schedule_id = s.id and +j.schedule_seq = s.seq) limit ?1`;
  const stamp = `update ${schedules} set updated_at = ${session.dialect.now("?3")} where seq in (${left})`;
  const leaving = `delete from ${schedules} where seq in (${left}) returning id`;
  const started = `delete from ${starts} where (task_name, rate_key, at, ordinal) in (
    select s.task_name, s.rate_key, s.at, s.ordinal from ${rates} r cross join ${starts} s
      on s.task_name = r.task_name and s.at <= ${session.dialect.now("?1")} - r.per limit ?2)`;
  let afterSeq = 0;
  return {
    async prune(limit) {
      const [listed] = await session.read([{ sql: counts, args: [] }]);
      const beyond = listed!.cells.map((cell): Statement => {
        return { sql: surplus, args: [...JSON.parse(cell as string) as Count, limit] };
      });
      const results = await session.write([
        { sql: expired, args: [session.nowArgument(), limit] },
        ...beyond,
        { sql: window, args: [afterSeq] },
        { sql: stamp, args: [limit, afterSeq, session.nowArgument()] },
        { sql: leaving, args: [limit, afterSeq] },
        { sql: started, args: [session.nowArgument(), limit] },
      ], { quiet: true, rows: limit });
      const gone = results.at(-2)!.cells as readonly string[];
      const [lastSeq, count] = JSON.parse(results.at(-4)!.cells[0] as string) as [number, number];
      // The next call looks at those after these; where there are none left, or too many have gone, from the start.
      afterSeq = count === LOOK_MAX && gone.length < limit ? lastSeq : 0;
      const deleted = results.slice(0, -4).reduce((sum, { changes }) => sum + changes, 0);
      return { jobs: deleted, schedules: gone };
    },
  };
}
