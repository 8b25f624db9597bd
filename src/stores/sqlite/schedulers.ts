import type { HeartbeatAnswer, SchedulerStore } from "../scheduler_store.ts";
import type { Dialect } from "./schema/dialect.ts";
import { guard, GuardFailure, type SqliteSession } from "./session/session.ts";
import { decodeScheduler, schedulerCell, tasksCell } from "./rows/scheduler_row.ts";
import { endAnswers, endOperation } from "./jobs/end_jobs.ts";
import { readyOrBlocked } from "./jobs/limits.ts";

/** Number of starts of schedulers that are remembered by name. */
const NAMES_MAX = 10_000;

/** Parked jobs of the new scheduler's tasks that one step looks at. Only the last step registers it. */
const UNPARKED_MAX = 500;

/** Where the last step came to: the place of the task in the list, and the row. */
type ParkedPlace = readonly [task: number, seq: number];

type Owned = readonly [seq: number, id: string, claimNumber: number, cancelRequested: string | null];

/** Schedulers, their leases and their work. */
export function schedulers(session: SqliteSession): SchedulerStore {
  const { dialect } = session;
  const sql = schedulerTexts(dialect);
  const end = endOperation(session);
  return {
    async registerScheduler({ name, role, tasks, tags, process, leaseMs }) {
      const known = tasksCell(tasks);
      const facts = [name, role, known, JSON.stringify(tags), JSON.stringify(process), leaseMs];
      for (let after: ParkedPlace = [0, 0];;) {
        const window = [known, ...after, UNPARKED_MAX];
        const [looked, registered] = await session.write([
          { sql: sql.parked, args: window },
          { sql: sql.register, args: [...facts, session.nowArgument(), ...after, UNPARKED_MAX] },
          { sql: sql.remember, args: [] },
          { sql: sql.forget, args: [] },
          { sql: sql.unpark, args: window },
        ]);
        if (registered!.cells.length > 0) {
          const [incarnation, nowMs] = JSON.parse(registered!.cells[0] as string) as readonly [
            number,
            number,
          ];
          return { incarnation, nowMs };
        }
        after = JSON.parse(looked!.cells[0] as string) as ParkedPlace;
      }
    },
    async updateSchedulerTasks(incarnation, tasks, added) {
      await session.write([{ sql: sql.tasks, args: [incarnation, tasksCell(tasks)] }]);
      const known = tasksCell(added);
      for (let after: ParkedPlace | [null, null] = [0, 0]; after[0] !== null;) {
        const window = [known, ...after, UNPARKED_MAX];
        const [looked] = await session.write([
          { sql: sql.parked, args: window },
          { sql: sql.unpark, args: window },
        ]);
        after = JSON.parse(looked!.cells[0] as string) as ParkedPlace | [null, null];
      }
    },
    async heartbeat(incarnation, leaseMs) {
      const now = session.nowArgument();
      const [beat, owned, others, time] = await session.write([
        { sql: sql.beat, args: [incarnation, leaseMs, now] },
        { sql: sql.owned, args: [incarnation] },
        { sql: sql.others, args: [incarnation] },
        { sql: sql.now, args: [now] },
      ], { quiet: true, urgent: true });
      return {
        nowMs: time!.cells[0] as number,
        alive: beat!.changes > 0,
        owned: ownedJobs(owned!.cells[0] as string),
        others: others!.cells.map(decodeScheduler),
      };
    },
    async unregisterScheduler(incarnation) {
      await session.write([{ sql: sql.remove, args: [incarnation] }]);
    },
    async getSchedulers() {
      return (await session.read([{ sql: sql.all, args: [] }]))[0]!.cells.map(decodeScheduler);
    },
    async takeOver(incarnation, seenLeaseUntilMs, endings) {
      const gone = guard(dialect, sql.gone, [incarnation, seenLeaseUntilMs]);
      const work = endings.length === 0 ? [] : end.step(endings);
      try {
        const results = await session.write([gone, { sql: sql.remove, args: [incarnation] }, ...work], {
          rows: endings.length + 1,
        });
        return endAnswers(end, endings, results.slice(2));
      } catch (error) {
        if (error instanceof GuardFailure) return undefined;
        throw error;
      }
    },
    async getOrphanedIncarnations() {
      return (await session.read([{ sql: sql.orphaned, args: [] }]))[0]!.cells as readonly number[];
    },
  };
}

function ownedJobs(cell: string): HeartbeatAnswer["owned"] {
  return (JSON.parse(cell) as readonly Owned[]).map(([seq, id, claimNumber, cancelRequested]) => ({
    seq,
    id,
    claimNumber,
    cancelRequested,
  }));
}

function schedulerTexts(dialect: Dialect) {
  const { schedulers, jobs, names } = dialect.tables;
  const nowMs = dialect.now("?7");
  return {
    parked: `with ${parkedPart(dialect, ["?1", "?2", "?3", "?4"])}
      select json_array(task, max(seq)) from parked where task = (select max(task) from parked)`,
    register: `with ${parkedPart(dialect, ["?3", "?8", "?9", "?10"])}
      insert into ${schedulers}(name, role, tasks, tags, process, lease_ms, started_at, lease_until)
      select ?1, ?2, ?3, ?4, ?5, ?6, now, now + ?6 from (select ${nowMs} as now)
      where (select count(*) from parked) < ?10
      returning json_array(incarnation, started_at)`,
    // Identities only grow: the last one is the one that was just given, if one was.
    remember: `insert into ${names} select incarnation, name from ${schedulers}
      where incarnation = (select max(incarnation) from ${schedulers}) on conflict do nothing`,
    forget:
      `delete from ${names} where incarnation <= (select max(incarnation) from ${names}) - ${NAMES_MAX}`,
    unpark: `with ${parkedPart(dialect, ["?1", "?2", "?3", "?4"])}
      update ${jobs} set state = ${readyOrBlocked(dialect, jobs)}, parked_reason = null
      where seq in (select seq from parked where is_known)`,
    tasks: `update ${schedulers} set tasks = ?2 where incarnation = ?1`,
    beat: `update ${schedulers} set lease_ms = ?2, lease_until = ${
      dialect.now("?3")
    } + ?2 where incarnation = ?1`,
    owned: `select json_group_array(json_array(seq, id, claim_number, cancel_requested)) from (
      select * from ${jobs} where state = 'running' and owner = ?1 order by seq)`,
    others: `select ${
      schedulerCell("s")
    } from ${schedulers} s where s.incarnation <> ?1 order by s.incarnation`,
    all: `select ${schedulerCell("s")} from ${schedulers} s order by s.incarnation`,
    now: `select ${dialect.now("?1")}`,
    remove: `delete from ${schedulers} where incarnation = ?1`,
    gone: `not exists (select 1 from ${schedulers} where incarnation = ?1 and lease_until is not ?2)`,
    orphaned: `select distinct owner from ${jobs}
      where state = 'running' and owner not in (select incarnation from ${schedulers}) order by owner`,
  };
}

/**
 * The next parked jobs of some tasks, in the order of the list and of their rows: the index that is named here gives it, so
 * that nothing has to be sorted and no more is read than looked at.
 */
function parkedPart(
  { tables: { jobs } }: Dialect,
  [tasks, afterTask, afterSeq, limit]: readonly [string, string, string, string],
): string {
  return `parked(task, seq, is_known) as materialized (
      select e.key, p.seq, p.task_version <= (e.value ->> 1)
      from json_each(${tasks}) e cross join ${jobs} p indexed by ${jobs}_parked
        on p.task_name = (e.value ->> 0) and p.seq > case e.key when ${afterTask} then ${afterSeq} else 0 end
      where p.state = 'parked' and e.key >= ${afterTask} limit ${limit})`;
}
