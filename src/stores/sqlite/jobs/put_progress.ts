import type { JobStore } from "../../job_store.ts";
import { listText } from "../rows/list_text.ts";
import type { SqlSession } from "../session/session.ts";

/** Noting how far jobs say they are. */
export function putProgress(session: SqlSession): Pick<JobStore, "putProgress"> {
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
