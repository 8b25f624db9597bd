import { inParts } from "../../../model/payload.ts";
import type { ScheduleAdvance, ScheduleStore } from "../../schedule_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { Step } from "../../shared/driver.ts";
import { LIST_LENGTH_MAX, listText } from "../rows/list_text.ts";
import { newJobGroups } from "../rows/job_columns.ts";
import { scheduleRow } from "../rows/schedule_row.ts";
import type { SqliteSession } from "../session/session.ts";
import { insertJobsSql } from "../jobs/insert_jobs.ts";
import { unfinishedJobs } from "./find_schedules.ts";
import { overwriteSql } from "./write_schedules.ts";

/** Moving schedules on. */
export function advanceSchedules(session: SqliteSession): Pick<ScheduleStore, "advanceSchedules"> {
  const step = advanceStep(session.dialect);
  return {
    async advanceSchedules(advances) {
      if (advances.length === 0) return [];
      const rows = advances.reduce((sum, { jobs }) => sum + 1 + jobs.length, 0);
      const advance = step(firstOfEach(advances), session.nowArgument());
      const [, moved] = await session.write(advance, { rows });
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
  const { schedules, picked } = dialect.tables;
  // Rows of the argument: seq, version, unfinished jobs or null, id.
  const holds = `s.version = (a.value ->> 1) and s.id = (a.value ->> 3) and ((a.value ->> 2) is null
      or (a.value ->> 2) = ${unfinishedJobs(dialect, "s")})`;
  const pick = `insert into ${picked}(seq)
    select s.seq from json_each(?1) a cross join ${schedules} s on s.seq = (a.value ->> 0) where ${holds}`;
  const insert = insertJobsSql(
    dialect,
    `json_each(?1) a cross join ${picked} p on p.seq = (a.value ->> 0) cross join json_each(a.value, '$[1]') b`,
    "?2",
  );
  // The pluses leave the planner one way, from the list to the schedules: the other one reads the list for each of them.
  const overwrite = `${overwriteSql(dialect, "(a.value -> 1)", "?2")} from json_each(?1) a
    where ${schedules}.seq = +(a.value ->> 0) and +${schedules}.seq in (select seq from ${picked})`;
  return (advances, now) => {
    const asked = advances.map(({ expected: { id, seq, version }, expectedUnfinishedJobs }) => [
      seq,
      version,
      expectedUnfinishedJobs,
      id,
    ]);
    const fires = advances.flatMap(({ expected: { seq }, jobs }) => jobs.map((job) => ({ seq, job })));
    const inserts = inParts(fires, ({ job }) => job.input?.length ?? 0, LIST_LENGTH_MAX).map((part) =>
      listText([...Map.groupBy(part, ({ seq }) => seq)]
        .map(([seq, own]) => [seq, newJobGroups(own.map(({ job }) => job))]))
    );
    const overwrites = inParts(advances, ({ schedule }) => schedule.input?.length ?? 0, LIST_LENGTH_MAX)
      .map((part) => listText(part.map(({ expected: { seq }, schedule }) => [seq, scheduleRow(schedule)])));
    return [
      { sql: pick, args: [listText(asked)] },
      { sql: `select seq from ${picked}`, args: [] },
      ...inserts.map((list) => ({ sql: insert, args: [list, now] })),
      ...overwrites.map((list) => ({ sql: overwrite, args: [list, now] })),
      { sql: `delete from ${picked}`, args: [] },
    ];
  };
}

/** A schedule that is asked to move twice can only do so once. */
function firstOfEach(advances: readonly ScheduleAdvance[]): readonly ScheduleAdvance[] {
  const seqs = new Set<number>();
  return advances.filter(({ expected }) => !seqs.has(expected.seq) && seqs.add(expected.seq));
}
