import type { DueSchedule, ScheduleFilter, ScheduleStore } from "../../schedule_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";
import { decodeSchedule, scheduleColumns } from "../rows/schedule_row.ts";
import { decodeTask, taskCell } from "../rows/task_row.ts";
import type { SqliteSession } from "../session/session.ts";
import { Conditions } from "../rows/conditions.ts";

/** Finding schedules. */
export function findSchedules(
  session: SqliteSession,
): Pick<ScheduleStore, "getSchedules" | "dueSchedules" | "getFireTimes"> {
  const { dialect } = session;
  const due = dueSql(dialect);
  const fireTimes = fireTimesSql(dialect);
  return {
    async getSchedules(filter) {
      const [found] = await session.read([findStatement(dialect, filter)]);
      return found!.cells.map(decodeSchedule);
    },
    async dueSchedules(limit) {
      const [found] = await session.read([{ sql: due, args: [session.nowArgument(), limit] }]);
      const [nowMs, nextFireTimeMs, rows] = JSON.parse(found!.cells[0] as string) as DueCell;
      return { nowMs, due: rows.map(decodeDue), nextFireTimeMs };
    },
    async getFireTimes(scheduleSeq, fireTimesMs) {
      const args = [scheduleSeq, listText(fireTimesMs)];
      const [found] = await session.read([{ sql: fireTimes, args }]);
      return JSON.parse(found!.cells[0] as string) as readonly number[];
    },
  };
}

type DueCell = readonly [
  nowMs: number,
  nextFireTimeMs: number | null,
  rows: readonly (readonly [schedule: string, task: string | null, unfinishedJobs: number])[],
];

function decodeDue([schedule, task, unfinishedJobs]: DueCell[2][number]): DueSchedule {
  return {
    schedule: decodeSchedule(schedule),
    task: task === null ? undefined : decodeTask(task),
    unfinishedJobs,
  };
}

function findStatement(
  { tables: { schedules } }: Dialect,
  filter: ScheduleFilter,
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
  return where.select(scheduleColumns.cell("s"), `${schedules} s`, orderBy, filter.limit);
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
        where ${mayFire} and s.needs_planning = 1 order by s.next_fire, s.seq limit ?2)),
    first_due(seq, next_fire) as (select * from due order by next_fire nulls first, seq limit ?2)
    select json_array(clock.now,
      (select min(s.next_fire) from ${schedules} s
        where ${mayFire} and s.next_fire is not null and s.next_fire > clock.now),
      json((select json_group_array(json_array(${scheduleColumns.cell("s")} || '',
          case when t.name is not null then ${taskCell("t", jobs)} || '' end, (
          select count(*) from ${jobs} u
          where u.schedule_seq = s.seq and u.schedule_seq is not null and u.state <> 'finished')))
        from first_due cross join ${schedules} s on s.seq = first_due.seq left join ${tasks} t on t.name = s.task_name)))
    from clock`;
}

function fireTimesSql({ tables: { jobs } }: Dialect): string {
  return `select json_group_array(e.value) from json_each(?2) e where exists (
    select 1 from ${jobs} j where j.schedule_seq = ?1 and j.fire_time = e.value)`;
}
