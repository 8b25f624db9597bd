import type { ScheduleStore } from "../../schedule_store.ts";
import { listText } from "../rows/list_text.ts";
import type { SqlSession } from "../session/session.ts";

/** Schedules that one step looks at: there may be a million, and each that is marked is some writes. */
const LOOK_MAX = 500;

/** Marking schedules to be planned anew, in small steps: each schedule is a matter of its own. */
export function replanSchedules(session: SqlSession): Pick<ScheduleStore, "replanSchedules"> {
  const { schedules } = session.dialect.tables;
  const mark = `update ${schedules} set needs_planning = 1, version = version + 1,
    updated_at = ${session.dialect.now("?1")} where status = 'active'`;
  const markNamed = `${mark} and id in (select value from json_each(?2))`;
  const window = "order by seq limit ?2";
  const looked = `select json_array(max(seq), count(*)) from (
    select seq from ${schedules} where seq > ?1 ${window})`;
  const markNext = `${mark} and seq in (select seq from ${schedules} where seq > ?3 ${window})`;
  const options = { rows: LOOK_MAX };

  async function markAll(): Promise<number> {
    let marked = 0;
    for (let afterSeq = 0;;) {
      const [window, updated] = await session.write([
        { sql: looked, args: [afterSeq, LOOK_MAX] },
        { sql: markNext, args: [session.nowArgument(), LOOK_MAX, afterSeq] },
      ], options);
      const [lastSeq, count] = JSON.parse(window!.cells[0] as string) as readonly [number, number];
      marked += updated!.changes;
      if (count < LOOK_MAX) return marked;
      afterSeq = lastSeq;
    }
  }

  async function markIds(ids: readonly string[]): Promise<number> {
    let marked = 0;
    for (let from = 0; from < ids.length; from += LOOK_MAX) {
      const part = listText(ids.slice(from, from + LOOK_MAX));
      const step = [{ sql: markNamed, args: [session.nowArgument(), part] }];
      marked += (await session.write(step, options))[0]!.changes;
    }
    return marked;
  }

  return { replanSchedules: (ids) => ids === undefined ? markAll() : markIds([...new Set(ids)]) };
}
