import type { DataStore } from "../../stores/data_store.ts";
import type { SqlSession } from "../session.ts";

/** Deleting what has expired. */
export function prune(session: SqlSession): Pick<DataStore, "prune"> {
  const { jobs, schedules } = session.dialect.tables;
  const expired = `delete from ${jobs} where seq in (select seq from ${jobs}
    where state = 'finished' and expires_at <= ${
    session.dialect.now("?1")
  } order by expires_at, seq limit ?2)`;
  const leaving = `delete from ${schedules} where seq in (select s.seq from ${schedules} s
    where s.generated_id = 1 and s.status = 'finished' and not exists (
      select 1 from ${jobs} j where j.schedule_id = s.id and +j.schedule_seq = s.seq) limit ?1) returning id`;
  return {
    async prune(limit) {
      const [deleted, gone] = await session.write([
        { sql: expired, args: [session.nowArgument(), limit] },
        { sql: leaving, args: [limit] },
      ], { quiet: true });
      return { jobs: deleted!.changes, schedules: gone!.cells as readonly string[] };
    },
  };
}
