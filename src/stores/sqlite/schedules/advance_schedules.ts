import type { ScheduleAdvance, ScheduleStore } from "../../schedule_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Step } from "../../shared/driver.ts";
import { listText } from "../rows/list_text.ts";
import { newJobGroups } from "../rows/job_columns.ts";
import { scheduleRow } from "../rows/schedule_row.ts";
import type { SqliteSession } from "../session/session.ts";
import { insertJobsSql } from "../jobs/insert_jobs.ts";
import { overwriteSql } from "./write_schedules.ts";

/** Moving schedules on. */
export function advanceSchedules(session: SqliteSession): Pick<ScheduleStore, "advanceSchedules"> {
  const step = advanceStep(session.dialect);
  return {
    async advanceSchedules(advances) {
      if (advances.length === 0) return [];
      const rows = advances.reduce((sum, { jobs }) => sum + 1 + jobs.length, 0);
      const advance = step(firstOfEach(advances), session.nowArgument());
      const [, , moved] = await session.write(advance, { rows });
      const seqs = new Set(moved!.cells);
      return advances.map(({ expected }) => seqs.delete(expected.seq));
    },
  };
}

/**
 * Which schedules may move is judged once, before anything is written; the other statements go by what was picked.
 * The version makes a second try change nothing.
 */
function advanceStep(dialect: Dialect): (advances: readonly ScheduleAdvance[], now: number | null) => Step {
  const { jobs, schedules, picked } = dialect.tables;
  // Rows of the argument: seq, version, unfinished jobs or null, what to write, groups of jobs, id.
  const holds =
    `s.version = (a.value ->> 1) and s.id = (a.value ->> 5) and ((a.value ->> 2) is null or (a.value ->> 2) = (
    select count(*) from ${jobs} u
    where u.schedule_seq = s.seq and u.schedule_seq is not null and u.state <> 'finished'))`;
  const pick = `insert into ${picked}(seq)
    select s.seq from json_each(?1) a cross join ${schedules} s on s.seq = (a.value ->> 0) where ${holds}`;
  const insert = insertJobsSql(
    dialect,
    `json_each(?1) a cross join ${picked} p on p.seq = (a.value ->> 0) cross join json_each(a.value, '$[4]') b`,
    "?2",
  );
  // The pluses leave the planner one way, from the list to the schedules: the other one reads the list for each of them.
  const overwrite = `${overwriteSql(dialect, "(a.value -> 3)", "?2")} from json_each(?1) a
    where ${schedules}.seq = +(a.value ->> 0) and +${schedules}.seq in (select seq from ${picked})`;
  return (advances, now) => {
    const rows = listText(advances.map(advanceRow));
    return [
      { sql: pick, args: [rows] },
      { sql: insert, args: [rows, now] },
      { sql: `select seq from ${picked}`, args: [] },
      { sql: overwrite, args: [rows, now] },
      { sql: `delete from ${picked}`, args: [] },
    ];
  };
}

function advanceRow(
  { expected, expectedUnfinishedJobs, schedule, jobs }: ScheduleAdvance,
): readonly unknown[] {
  const { id, seq, version } = expected;
  return [seq, version, expectedUnfinishedJobs, scheduleRow(schedule), newJobGroups(jobs), id];
}

/** A schedule that is asked to move twice can only do so once. */
function firstOfEach(advances: readonly ScheduleAdvance[]): readonly ScheduleAdvance[] {
  const seqs = new Set<number>();
  return advances.filter(({ expected }) => !seqs.has(expected.seq) && seqs.add(expected.seq));
}
