import type { JobRecord } from "../../model/job_record.ts";
import { type JobState, jobStates } from "../../model/states.ts";
import type { JobCounts, JobFilter, JobStore } from "../../stores/job_store.ts";
import type { Dialect } from "../dialect.ts";
import type { Statement } from "../driver.ts";
import { decodeJob, jobCell } from "../rows/job_row.ts";
import type { SqlSession } from "../session.ts";
import { Conditions } from "./conditions.ts";
import { presentedIn, presentedState, sqlList, surroundings } from "./presented_state.ts";

/** Finding and counting jobs. */
export function findJobs(session: SqlSession): Pick<JobStore, "getJobs" | "countJobs"> {
  const { dialect } = session;
  return {
    async getJobs(filter) {
      const [found] = await session.read([findStatement(dialect, filter, session.nowArgument())]);
      return found!.cells.map(decodeJob);
    },
    async countJobs(filter) {
      const [found] = await session.read([countStatement(dialect, filter, session.nowArgument())]);
      return countsFrom(found!.cells as readonly string[]);
    },
  };
}

/** Decodes jobs, in the order in which their ids were asked. */
export function jobsInOrder(ids: readonly string[], cells: readonly unknown[]): readonly JobRecord[] {
  const jobs = new Map(cells.map((cell) => {
    const job = decodeJob(cell as string);
    return [job.id, job] as const;
  }));
  return [...new Set(ids)].flatMap((id) => jobs.get(id) ?? []);
}

function findStatement(dialect: Dialect, filter: JobFilter, now: number | null): Statement {
  const { jobs } = dialect.tables;
  const where = new Conditions([now]);
  if (filter.ids) {
    where.add((ids) => `j.id in (select value from json_each(${ids}))`, JSON.stringify(filter.ids));
  }
  addPlace(where, filter);
  if (filter.afterSeq !== undefined) where.add((seq) => `j.seq > ${seq}`, filter.afterSeq);
  if (filter.owner !== undefined) where.add((owner) => `j.owner = ${owner}`, filter.owner);
  if (filter.outcomes) where.addText(`j.outcome in ${sqlList(filter.outcomes)}`);
  if (filter.states) where.addText(presentedIn(dialect, filter.states));
  const order = filter.order === "oldest" ? "j.seq" : "j.seq desc";
  const { sql, args } = where.select(jobCell("j", presentedState(dialect)), `${jobs} j`, order, filter);
  return { sql: `with ${surroundings(dialect, "?1")} ${sql}`, args };
}

function addPlace(
  where: Conditions,
  { taskName, scheduleId }: Pick<JobFilter, "taskName" | "scheduleId">,
): void {
  if (taskName !== undefined) where.add((name) => `j.task_name = ${name}`, taskName);
  if (scheduleId !== undefined) where.add((id) => `j.schedule_id = ${id}`, scheduleId);
}

/** Each stored state is counted by itself, in its own small index. */
function countStatement(
  dialect: Dialect,
  filter: Pick<JobFilter, "taskName" | "scheduleId">,
  now: number | null,
): Statement {
  const { jobs } = dialect.tables;
  const where = new Conditions([now]);
  addPlace(where, filter);
  const whole = ["scheduled", "running", "parked", "finished"].map((state) =>
    `select json_array('${state}', count(*)) from ${jobs} j where j.state = '${state}' and ${where.text}`
  );
  const waiting = ["ready", "blocked"].map((state) =>
    `select json_array(shown, count(*)) from (
      select ${
      presentedState(dialect)
    } as shown from ${jobs} j where j.state = '${state}' and ${where.text}) group by shown`
  );
  return {
    sql: `with ${surroundings(dialect, "?1")} ${[...whole, ...waiting].join(" union all ")}`,
    args: where.args,
  };
}

function countsFrom(cells: readonly string[]): JobCounts {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
  for (const cell of cells) {
    const [state, count] = JSON.parse(cell) as readonly [JobState, number];
    counts[state] += count;
  }
  return counts;
}
