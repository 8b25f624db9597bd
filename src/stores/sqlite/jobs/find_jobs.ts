import { inParts } from "../../../model/payload.ts";
import { isCarillonError } from "../../../errors.ts";
import type { JobRecord } from "../../../model/job_record.ts";
import { type BlockedBy, type JobOutcome, type JobState, jobStates } from "../../../model/states.ts";
import type { JobCounts, JobFilter, JobPlace, JobStore } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import { isSetAside, waitsForParents } from "../schema/tables.ts";
import type { Statement } from "../../shared/driver.ts";
import { ANSWER_BYTES_MAX, listText } from "../rows/list_text.ts";
import { decodeJob, decodeShownJob, shownJobCell } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";
import { Conditions } from "../rows/conditions.ts";
import { displayState, shownIn, sqlList, stateOf, surroundings } from "./display_state.ts";

/** Finding and counting jobs. */
export function findJobs(session: SqliteSession): Pick<JobStore, "getJobs" | "countJobs" | "getParents"> {
  const { dialect } = session;
  return {
    async getJobs(filter) {
      const find = (cell: string) => findStatement(dialect, filter, cell, session.nowArgument());
      try {
        const [found] = await session.read([find(shownJobCell(displayState(dialect), filter.payloads))]);
        return found!.cells.map(decodeShownJob);
      } catch (error) {
        if (!isCarillonError(error, "payloadTooLarge")) throw error;
        return await readInParts(session, find, filter.payloads);
      }
    },
    async countJobs(filter) {
      const [found] = await session.read([countStatement(dialect, filter, session.nowArgument())]);
      return countsFrom(found!.cells as readonly string[]);
    },
    async getParents(jobId) {
      const find = (cell: string) => parentsStatement(dialect, jobId, cell, session.nowArgument());
      const waits = { sql: waitsSql(dialect), args: [jobId] };
      try {
        const [answer, parents] = await session.read([waits, find(shownJobCell(displayState(dialect)))]);
        return { waits: answer!.cells[0] === 1, parents: parents!.cells.map(decodeShownJob) };
      } catch (error) {
        if (!isCarillonError(error, "payloadTooLarge")) throw error;
      }
      const [answer] = await session.read([waits]);
      return { waits: answer!.cells[0] === 1, parents: await readInParts(session, find) };
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

/** Reads the jobs that a statement finds where they are too large for one answer: their sizes first, then part by part. */
async function readInParts(
  session: SqliteSession,
  find: (cell: string) => Statement,
  payloads = true,
): Promise<readonly JobRecord[]> {
  const { dialect } = session;
  const word = displayState(dialect);
  const [sizes] = await session.read([find(payloads ? rowSize : `json_array(j.seq, ${restSize})`)]);
  const rows = sizes!.cells.map((cell) =>
    JSON.parse(cell as string) as readonly [seq: number, bytes: number]
  );
  const jobs = new Map<number, JobRecord>();
  for (const part of inParts(rows, ([, bytes]) => bytes, ANSWER_BYTES_MAX)) {
    const seqs = listText(part.map(([seq]) => seq));
    const from = `from json_each(?2) e cross join ${dialect.tables.jobs} j on j.seq = e.value`;
    const of = (cell: string): Statement => ({
      sql: `with ${surroundings(dialect, "?1")} select ${cell} ${from}`,
      args: [session.nowArgument(), seqs],
    });
    const [cells, inputs, values] = await session.read(
      [of(shownJobCell(word, false)), ...(payloads ? [of("j.input"), of("j.value")] : [])],
    );
    for (const [place, cell] of cells!.cells.entries()) {
      const job = decodeShownJob(cell);
      const [input, value] = [inputs, values].map((read) => (read?.cells[place] ?? null) as string | null);
      jobs.set(job.seq, payloads ? { ...job, input: input!, value: value! } : job);
    }
  }
  return rows.flatMap(([seq]) => jobs.get(seq) ?? []);
}

/** About as long as all else in a row. */
const restSize = `(1000 + 2 * (${["error", "metadata", "overrides"].map(sizeOf).join(" + ")}))`;
const rowSize = `json_array(j.seq, ${restSize} + ${sizeOf("input")} + ${sizeOf("value")})`;

function sizeOf(column: string): string {
  return `coalesce(octet_length(j.${column}), 0)`;
}

function findStatement(dialect: Dialect, filter: JobFilter, cell: string, now: number | null): Statement {
  const { jobs } = dialect.tables;
  const where = new Conditions([now]);
  if (filter.ids) {
    where.add((ids) => `j.id in (select value from json_each(${ids}))`, listText(filter.ids));
  }
  if (filter.idPrefix !== undefined) where.addPrefix("j.id", filter.idPrefix);
  if (filter.after) {
    where.add((ids) => `j.seq in (${childrenOf(dialect, ids)})`, listText(filter.after));
  }
  addPlace(where, filter);
  if (filter.afterSeq !== undefined) {
    where.add((seq) => `j.seq ${filter.order === "oldest" ? ">" : "<"} ${seq}`, filter.afterSeq);
  }
  if (filter.owner !== undefined) where.add((owner) => `j.owner = ${owner}`, filter.owner);
  if (filter.cancelRequested) where.addText("j.cancel_requested is not null");
  if (filter.outcomes) addOutcomes(where, filter.outcomes, filter);
  if (filter.states) where.addText(shownIn(dialect, filter.states));
  // The order of adding is no way to find ids: without the sign the planner might read all jobs in that order.
  const seq = filter.idPrefix === undefined ? "j.seq" : "+j.seq";
  const order = filter.order === "oldest" ? seq : `${seq} desc`;
  const { sql, args } = where.select(cell, `${jobs} j`, order, filter.limit);
  return { sql: `with ${surroundings(dialect, "?1")} ${sql}`, args };
}

/**
 * SQLite uses the index of jobs that did not succeed only where a query says so literally. One that names what has an index
 * of fewer jobs does not say it: with statistics of a day without failures the planner would take this one.
 */
function addOutcomes(where: Conditions, outcomes: readonly JobOutcome[], filter: JobFilter): void {
  const { ids, idPrefix, after, scheduleId, batchId, addedBy } = filter;
  const isOfFew = [ids, idPrefix, after, scheduleId, batchId, addedBy].some((key) => key !== undefined);
  if (!isOfFew && !outcomes.includes("success")) where.addText("j.outcome <> 'success'");
  where.addText(`j.outcome in ${sqlList(outcomes)}`);
}

function childrenOf({ tables: { jobs, parents } }: Dialect, ids: string): string {
  return `select p.child_seq from json_each(${ids}) e cross join ${jobs} q on q.id = e.value
    cross join ${parents} p on p.parent_seq = q.seq`;
}

function waitsSql({ tables: { jobs } }: Dialect): string {
  return `select coalesce(${waitsForParents()}, 0) from ${jobs} where id = ?1`;
}

function parentsStatement(dialect: Dialect, jobId: string, cell: string, now: number | null): Statement {
  const { jobs, parents } = dialect.tables;
  return {
    sql: `with ${surroundings(dialect, "?1")} select ${cell} from ${jobs} c
      cross join ${parents} p on p.child_seq = c.seq cross join ${jobs} j on j.seq = p.parent_seq
      where c.id = ?2 order by p.place`,
    args: [now, jobId],
  };
}

function addPlace(
  where: Conditions,
  { taskName, scheduleId, batchId, addedBy }: JobPlace,
): void {
  if (taskName !== undefined) where.add((name) => `j.task_name = ${name}`, taskName);
  if (scheduleId !== undefined) where.add((id) => `j.schedule_id = ${id}`, scheduleId);
  if (batchId !== undefined) where.add((id) => `j.batch_id = ${id}`, batchId);
  if (addedBy !== undefined) where.add((id) => `j.added_by = ${id}`, addedBy);
}

/** Each stored state is counted by itself, in its own small index. */
function countStatement(
  dialect: Dialect,
  filter: JobPlace,
  now: number | null,
): Statement {
  const { jobs } = dialect.tables;
  const where = new Conditions([now]);
  addPlace(where, filter);
  const whole = ["scheduled", "running", "parked", "finished"].map((state) =>
    `select json_array('${state}', count(*)) from ${jobs} j where j.state = '${state}' and ${where.text}`
  );
  const withParents = `select json_array('parents', count(*)) from ${jobs} j
    where ${waitsForParents("j")} and ${where.text}`;
  const { scheduleId, batchId, addedBy } = filter;
  const isOfTasks = scheduleId === undefined && batchId === undefined && addedBy === undefined;
  const oneByOne = (condition: string) =>
    `select json_array(shown, count(*)) from (
      select ${
      displayState(dialect)
    } as shown from ${jobs} j where ${condition} and ${where.text}) group by shown`;
  const ready = isOfTasks
    ? countReady(dialect, where.text)
    : { tables: "", counts: [oneByOne("j.state = 'ready'")] };
  const counts = [...whole, withParents, ...ready.counts, oneByOne(isSetAside("j"))];
  return {
    sql: `with ${surroundings(dialect, "?1")}${ready.tables} ${counts.join(" union all ")}`,
    args: where.args,
  };
}

/**
 * Ready jobs in no lane are in the state of their queue, which is found once: they are counted in the index, and there may
 * be very many of them. Those in a lane wait for a schedule, a key or a rate of their own, and are looked at one by one.
 */
function countReady(dialect: Dialect, condition: string) {
  const { jobs } = dialect.tables;
  const shown = displayState(dialect);
  return {
    tables: `,
      laned(task_name, queue, shown) as materialized (select j.task_name, j.queue, ${shown} from ${jobs} j
        where j.lane is not null and j.state <> 'finished' and +j.state = 'ready' and ${condition}),
      laned_queue(task_name, queue, jobs) as materialized (
        select task_name, queue, count(*) from laned group by task_name, queue),
      ready_queue(task_name, queue, jobs) as materialized (
        select j.task_name, j.queue, count(*) from ${jobs} j where j.state = 'ready' and ${condition}
        group by j.task_name, j.queue)`,
    counts: [
      "select json_array(shown, count(*)) from laned group by shown",
      `select json_array(shown, sum(jobs)) from (select ${shown} as shown, j.jobs from (
          select 'ready' as state, null as blocked_by, q.task_name, cast(q.queue as integer) as task_version,
            substr(q.queue, instr(q.queue, '[')) as tags, null as schedule_seq, null as rate_key,
            null as concurrency_key, 0 as seq, q.jobs - coalesce(l.jobs, 0) as jobs
          from ready_queue q left join laned_queue l on l.task_name = q.task_name and l.queue = q.queue) j)
        group by shown`,
    ],
  };
}

function countsFrom(cells: readonly string[]): JobCounts {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
  for (const cell of cells) {
    const [shown, count] = JSON.parse(cell) as readonly [JobState | BlockedBy, number];
    counts[stateOf(shown)] += count;
  }
  return counts;
}
