import { CHANGES_KEPT_MS, CHANGES_MAX } from "../../model/change_record.ts";
import type { ChangeStore } from "../change_store.ts";
import { changeCell, decodeChange } from "./rows/change_row.ts";
import type { SqliteSession } from "./session/session.ts";

/** The feed of changes; what is in it, triggers write. */
export function changes(session: SqliteSession): ChangeStore {
  const { changes: table } = session.dialect.tables;
  const first = `(select min(seq) from ${table})`;
  const last = `(select max(seq) from ${table})`;
  const range = `select json_array(coalesce(${first} - 1, 0), coalesce(${last}, 0))`;
  const after = `select ${changeCell(table)} from ${table} where seq > ?1 order by seq limit ?2`;
  // Only the oldest are looked at, and only up to the first that stays: clocks are set back.
  const prune = `with oldest as materialized (
      select seq, at from ${table} where seq < ${last} order by seq limit ?2),
    staying(seq) as materialized (select min(seq) from oldest where seq > ${last} - ${CHANGES_MAX}
      and at > ${session.dialect.now("?1")} - ${CHANGES_KEPT_MS})
    delete from ${table} where seq in (select seq from oldest
      where seq < coalesce((select seq from staying), ${last}))`;
  return {
    async readChanges(request) {
      const [ends, found] = await session.read([
        { sql: range, args: [] },
        { sql: after, args: [request.after, request.limit] },
      ]);
      const [deletedUpTo, lastSeq] = JSON.parse(ends!.cells[0] as string) as readonly [number, number];
      return { changes: found!.cells.map(decodeChange), deletedUpTo, last: lastSeq };
    },
    async pruneChanges(limit) {
      const args = [session.nowArgument(), limit];
      const [pruned] = await session.write([{ sql: prune, args }], { quiet: true });
      return pruned!.changes;
    },
  };
}
