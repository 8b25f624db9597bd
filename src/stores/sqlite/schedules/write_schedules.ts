import { inParts } from "../../../model/payload.ts";
import type { ScheduleChange, ScheduleStore } from "../../schedule_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue, Step } from "../../shared/driver.ts";
import { guard, GuardFailure, type SqliteSession } from "../session/session.ts";
import { LIST_LENGTH_MAX, listText } from "../rows/list_text.ts";
import { decodeSchedule, scheduleColumns, scheduleRow, writtenColumns } from "../rows/schedule_row.ts";

/** Writing schedules. */
export function writeSchedules(session: SqliteSession): Pick<ScheduleStore, "writeSchedules"> {
  const step = writeStep(session.dialect);
  return {
    async writeSchedules(change) {
      if (repeatsAnId(change)) return undefined;
      try {
        const results = await session.write(step(change, session.nowArgument()), {
          rows: change.puts.length + (change.removes?.length ?? 0),
        });
        const inputs = new Map(change.puts.map(({ schedule: { id, input } }) => [id, input]));
        return results.at(-1)!.cells.map(decodeSchedule)
          .map((schedule) => ({ ...schedule, input: inputs.get(schedule.id)! }));
      } catch (error) {
        if (error instanceof GuardFailure) return undefined;
        throw error;
      }
    },
  };
}

/** The text that overwrites a schedule with the row of `scheduleRow` that `row` stands for. */
export function overwriteSql(dialect: Dialect, row: string, now: string): string {
  const sets = writtenColumns.map((column, index) => `${column} = ${row} ->> ${index}`);
  return `update ${dialect.tables.schedules} set ${sets.join(", ")}, version = version + 1,
    updated_at = ${dialect.now(now)}`;
}

function writeStep(dialect: Dialect): (change: ScheduleChange, now: number | null) => Step {
  const { schedules } = dialect.tables;
  // Rows of the argument: id, seq and version as read (null where the id was free), what to write.
  const asRead = `not exists (select 1 from json_each(?1) e where (e.value ->> 1) is not null and not exists (
      select 1 from ${schedules} s where s.seq = (e.value ->> 1) and s.id = (e.value ->> 0)
        and s.version = (e.value ->> 2)))
    and not exists (select 1 from json_each(?1) e cross join ${schedules} s on s.id = (e.value ->> 0)
      where (e.value ->> 1) is null)`;
  // When it is removed is taken from the row that goes.
  const stamp = `update ${schedules} set updated_at = ${dialect.now("?2")}
    where seq in (select value ->> 1 from json_each(?1))`;
  const remove = `delete from ${schedules} where seq in (select value ->> 1 from json_each(?1))`;
  const overwrite = `${overwriteSql(dialect, "(e.value -> 3)", "?2")} from json_each(?1) e
    where ${schedules}.seq = (e.value ->> 1)`;
  const nowMs = dialect.now("?2");
  const values = writtenColumns.map((_column, index) => `e.value -> 3 ->> ${index}`);
  const insert =
    `insert into ${schedules}(id, version, created_at, updated_at, last_finished, ${writtenColumns})
    select e.value ->> 0, 1, ${nowMs}, ${nowMs}, e.value ->> 4, ${values} from json_each(?1) e
    where (e.value ->> 1) is null`;
  const written = `select ${scheduleColumns.cell("s", { input: "null" })} from json_each(?1) e
    cross join ${schedules} s on s.id = (e.value ->> 0)`;
  return ({ puts, removes = [] }, now) => {
    const ids = listText(
      puts.map(({ expected, schedule: { id } }) => [id, expected?.seq ?? null, expected?.version ?? null]),
    );
    const parts = inParts(puts, ({ schedule }) => schedule.input?.length ?? 0, LIST_LENGTH_MAX);
    const lists = parts.map((part) => listText(part.map(putRow)));
    const gone = listText(removes.map(({ id, seq, version }) => [id, seq, version]));
    return [
      guard(dialect, asRead, [gone]),
      guard(dialect, asRead, [ids]),
      { sql: stamp, args: [gone, now] },
      { sql: remove, args: [gone] },
      ...lists.map((list) => ({ sql: overwrite, args: [list, now] })),
      ...lists.map((list) => ({ sql: insert, args: [list, now] })),
      { sql: written, args: [ids] },
    ];
  };
}

function putRow(
  { expected, schedule }: ScheduleChange["puts"][number],
): readonly (SqlValue | readonly SqlValue[])[] {
  const { seq, version } = expected ?? { seq: null, version: null };
  return [schedule.id, seq, version, scheduleRow(schedule), schedule.lastFinishedMs];
}

function repeatsAnId({ puts, removes = [] }: ScheduleChange): boolean {
  const ids = [...puts.map(({ schedule }) => schedule.id), ...removes.map(({ id }) => id)];
  return new Set(ids).size !== ids.length;
}

/** Schedules that one step looks at: there may be a million, and each that is marked is some writes. */
const LOOK_MAX = 500;

/** Marking schedules to be planned anew, in small steps: each schedule is a matter of its own. */
export function replanSchedules(session: SqliteSession): Pick<ScheduleStore, "replanSchedules"> {
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
