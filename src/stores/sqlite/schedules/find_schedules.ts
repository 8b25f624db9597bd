import { inParts } from "../../../model/payload.ts";
import { isCarillonError } from "../../../errors.ts";
import { CLOCK_SET_BACK_MS, type ScheduleRecord } from "../../../model/schedule_record.ts";
import {
  type DueSchedule,
  type ScheduleFilter,
  type ScheduleStore,
  TAKEN_FIRES_MAX,
} from "../../schedule_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { ANSWER_BYTES_MAX, listText } from "../rows/list_text.ts";
import { decodeSchedule, scheduleColumns } from "../rows/schedule_row.ts";
import { decodeTask, taskCell } from "../rows/task_row.ts";
import type { SqliteSession } from "../session/session.ts";
import { Conditions } from "../rows/conditions.ts";

type FindingSchedules = Pick<ScheduleStore, "getSchedules" | "dueSchedules" | "getFireTimes">;

/** Finding schedules. */
export function findSchedules(session: SqliteSession): FindingSchedules {
  const { dialect } = session;
  const dueText = dueSql(dialect);
  const fireTimes = fireTimesSql(dialect);
  const find: FindingSchedules = {
    async getSchedules(filter) {
      try {
        const [found] = await session.read([findStatement(dialect, filter, scheduleColumns.cell("s"))]);
        return found!.cells.map(decodeSchedule);
      } catch (error) {
        if (!isCarillonError(error, "payloadTooLarge")) throw error;
      }
      const [found] = await session.read([findStatement(dialect, filter, measuredCell)]);
      const schedules = found!.cells.map((cell): Measured => {
        const [schedule, bytes] = JSON.parse(cell as string) as readonly [string, number];
        return [decodeSchedule(schedule), bytes];
      });
      const inputs = await longInputs(session, schedules);
      return await Promise.all(schedules.map(async ([schedule], i) => {
        const input = inputs[i];
        if (input !== undefined) return [{ ...schedule, input }];
        return await find.getSchedules({ ...filter, ids: [schedule.id] });
      })).then((found) => found.flat());
    },
    async dueSchedules(limit) {
      const [found] = await session.read([{ sql: dueText, args: [session.nowArgument(), limit] }]);
      const [nowMs, nextFireTimeMs, rows] = JSON.parse(found!.cells[0] as string) as DueCell;
      const read = rows.map(decodeDue);
      const inputs = await longInputs(session, read.map(({ schedule }, i) => [schedule, rows[i]![3]]));
      const due = read.flatMap((one, i) => {
        const input = inputs[i];
        return input === undefined ? [] : [{ ...one, schedule: { ...one.schedule, input } }];
      });
      // One that has changed meanwhile is looked at again at once.
      return { nowMs, due, nextFireTimeMs: due.length < rows.length ? nowMs : nextFireTimeMs };
    },
    async getFireTimes(scheduleSeq, fireTimesMs) {
      const args = [scheduleSeq, listText(fireTimesMs)];
      const [found] = await session.read([{ sql: fireTimes, args }]);
      return JSON.parse(found!.cells[0] as string) as readonly number[];
    },
  };
  return find;
}

/** Bytes of an input up to which it is read with its schedule. */
const INPUT_BYTES_MAX = 10_000;

/** A schedule without an input that is longer than that, with the bytes that its input has. */
type Measured = readonly [schedule: ScheduleRecord, inputBytes: number];

/** The expression for a schedule without a longer input. */
const shortCell = scheduleColumns.cell("s", {
  input: `case when octet_length(s.input) <= ${INPUT_BYTES_MAX} then s.input end`,
});
const measuredCell = `json_array(${shortCell} || '', coalesce(octet_length(s.input), 0))`;

/** The inputs of schedules, the longer ones read part by part; undefined for those that have changed meanwhile. */
async function longInputs(
  session: SqliteSession,
  schedules: readonly Measured[],
): Promise<readonly (string | null | undefined)[]> {
  const isLong = ([, bytes]: Measured) => bytes > INPUT_BYTES_MAX;
  const inputs = new Map<number, string>();
  for (const part of inParts(schedules.filter(isLong), ([, bytes]) => bytes, ANSWER_BYTES_MAX)) {
    if (part.length === 0) break;
    const from = `from json_each(?1) e cross join ${session.dialect.tables.schedules} s
      on s.seq = (e.value ->> 0) and s.version = (e.value ->> 1)`;
    const args = [listText(part.map(([{ seq, version }]) => [seq, version]))];
    const [seqs, found] = await session.read([
      { sql: `select s.seq ${from}`, args },
      { sql: `select s.input ${from}`, args },
    ]);
    seqs!.cells.forEach((seq, place) => inputs.set(seq as number, found!.cells[place] as string));
  }
  return schedules.map((one) => isLong(one) ? inputs.get(one[0].seq) : one[0].input);
}

type DueCell = readonly [
  nowMs: number,
  nextFireTimeMs: number | null,
  rows: readonly (readonly [
    schedule: string,
    task: string | null,
    unfinishedJobs: number,
    inputBytes: number,
    takenFireTimesMs: readonly number[],
  ])[],
];

function decodeDue([schedule, task, unfinishedJobs, , takenFireTimesMs]: DueCell[2][number]): DueSchedule {
  return {
    schedule: decodeSchedule(schedule),
    task: task === null ? undefined : decodeTask(task),
    unfinishedJobs,
    takenFireTimesMs,
  };
}

function findStatement(
  { tables: { schedules } }: Dialect,
  filter: ScheduleFilter,
  cell: string,
): { sql: string; args: SqlValue[] } {
  const where = new Conditions();
  if (filter.ids) {
    where.add((ids) => `s.id in (select value from json_each(${ids}))`, listText(filter.ids));
  }
  if (filter.idPrefix !== undefined) where.addPrefix("s.id", filter.idPrefix);
  if (filter.taskName !== undefined) where.add((name) => `s.task_name = ${name}`, filter.taskName);
  if (filter.group !== undefined) where.add((group) => `s.group_name = ${group}`, filter.group);
  if (filter.paused !== undefined) where.add((paused) => `s.paused = ${paused}`, filter.paused ? 1 : 0);
  if (filter.status !== undefined) where.add((status) => `s.status = ${status}`, filter.status);
  const { after, order } = filter;
  if (order !== "oldest" && after?.nextFireTimeMs === null) where.addText("s.next_fire is null");
  if (after !== undefined && (order === "oldest" || after.nextFireTimeMs === null)) {
    where.add((seq) => `s.seq > ${seq}`, after.seq);
  } else if (after !== undefined) {
    const place = listText([after.nextFireTimeMs, after.seq]);
    where.add(
      (at) =>
        `(s.next_fire > ${at} ->> 0 or s.next_fire is null or (s.next_fire = ${at} ->> 0 and s.seq > ${at} ->> 1))`,
      place,
    );
  }
  const orderBy = order === "oldest" ? "s.seq" : "s.next_fire nulls last, s.seq";
  return where.select(cell, `${schedules} s`, orderBy, filter.limit);
}

/** One statement with one reading of the clock: what is not due by it is ahead by it, so nothing falls between. */
function dueSql(dialect: Dialect): string {
  const { schedules, tasks, jobs } = dialect.tables;
  const mayFire = "s.paused = 0 and s.status = 'active'";
  return `with clock(now) as materialized (select ${dialect.now("?1")}),
    due(seq, next_fire) as materialized (
      select * from (select s.seq, s.next_fire from ${schedules} s
        where ${mayFire} and s.next_fire is not null and s.next_fire <= (select now from clock)
        order by s.next_fire, s.seq limit ?2)
      union
      select * from (select s.seq, s.next_fire from ${schedules} s
        where ${mayFire} and s.needs_planning = 1 order by s.next_fire, s.seq limit ?2)
      union
      select * from (select s.seq, s.next_fire from ${schedules} s
        where s.paused = 0 and s.status <> 'failed' and s.advanced_at > (select now from clock) + ${CLOCK_SET_BACK_MS}
        order by s.next_fire, s.seq limit ?2)),
    first_due(seq, next_fire) as (select * from due order by next_fire nulls first, seq limit ?2)
    select json_array(clock.now,
      (select min(s.next_fire) from ${schedules} s
        where ${mayFire} and s.next_fire is not null and s.next_fire > clock.now),
      json((select json_group_array(json_array(${shortCell} || '',
          case when t.name is not null then ${taskCell("t", jobs)} || '' end, ${unfinishedJobs(dialect, "s")},
          coalesce(octet_length(s.input), 0),
          json((select json_group_array(fire_time) from (select f.fire_time from ${jobs} f
            where f.schedule_seq = s.seq and f.fire_time is not null
              and f.fire_time >= min(coalesce(s.next_fire, clock.now), clock.now)
            order by f.fire_time limit ${TAKEN_FIRES_MAX})))))
        from first_due cross join ${schedules} s on s.seq = first_due.seq left join ${tasks} t on t.name = s.task_name)))
    from clock`;
}

/** The number of jobs of a schedule that keep its next one waiting (`holdsSchedule`). */
export function unfinishedJobs({ tables: { jobs } }: Dialect, schedule: string): string {
  return `(select count(*) from ${jobs} u where u.schedule_seq = ${schedule}.seq and u.schedule_seq is not null
    and u.state <> 'finished' and u.state <> 'parked')`;
}

function fireTimesSql({ tables: { jobs } }: Dialect): string {
  return `select json_group_array(e.value) from json_each(?2) e where exists (
    select 1 from ${jobs} j where j.schedule_seq = ?1 and j.fire_time = e.value)`;
}
