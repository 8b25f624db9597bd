import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createClient } from "@libsql/client/web";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import { migrations } from "../../../src/stores/sqlite/schema/migrations.ts";
import { loadNativeBinding } from "../../../src/stores/libsql/native/native_binding.ts";
import { LibsqlServer } from "../server.ts";
import type { PlanLine } from "./list_scans.ts";

/** Number of rows that the large tables get; a million takes minutes: `CARILLON_PLAN_ROWS=1000000`. */
const ROWS = Number(process.env["CARILLON_PLAN_ROWS"] ?? 20_000);

/** Time limit of a test of plans. */
export const PLAN_LIMIT_MS: number = Math.max(60_000, ROWS);

/** A database that is only asked how it would do things: doing that spoils a connection of the binding for writing. */
export interface PlanDatabase {
  /** The lines of the plan of a statement. */
  plan(sql: string): Promise<readonly PlanLine[]>;
  end(): Promise<void>;
}

/** The contents of the tables. */
export type Filling = "empty" | "rows" | "rows and statistics";

/** A database in a file. */
export async function fileToPlan(filling: Filling): Promise<PlanDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const database = new (await loadNativeBinding())(join(folder, "plans.db"));
  for (const sql of statementsOf(filling)) database.prepare(sql).run([]);
  return {
    plan(sql) {
      const rows = database.prepare(`explain query plan ${sql}`).raw(true).all([]);
      return Promise.resolve(
        rows.map(([id, parent, , text]) => ({ id: Number(id), parent: Number(parent), text: String(text) })),
      );
    },
    async end() {
      database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A database on a server, which takes no statistics. */
export async function serverToPlan(filling: Exclude<Filling, "rows and statistics">): Promise<PlanDatabase> {
  const server = await LibsqlServer.start();
  const client = createClient({ url: `http://${server.host}` });
  await client.batch([...statementsOf(filling)], "write");
  return {
    async plan(sql) {
      const count = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
      const args = Array<null>(count).fill(null);
      const { rows } = await client.execute({ sql: `explain query plan ${sql}`, args });
      return rows.map(({ id, parent, detail }) => {
        return { id: Number(id), parent: Number(parent), text: String(detail) };
      });
    },
    async end() {
      client.close();
      await server.end();
    },
  };
}

function statementsOf(filling: Filling): readonly string[] {
  const dialect = sqliteDialect();
  return [
    "create table carillon_guard(ok integer not null)",
    "create table carillon_meta(key text primary key, value integer not null) strict",
    ...migrations.flatMap(({ statements }) => statements(dialect)),
    ...(filling === "empty" ? [] : fillings),
    ...(filling === "rows and statistics" ? ["analyze"] : []),
  ];
}

const many = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})`;
const fillings = [
  `${many} insert into carillon_jobs(id, state, blocked_by, task_name, task_version, schedule_seq, schedule_id,
      fire_time, priority, run_at, attempt, claim_number, owner, lost_leases, created_at, overrides, metadata, expires_at,
      concurrency_key, identity_key, start_deadline, outcome, finished_at)
    select 'j' || i, iif(state = 'parents', 'blocked', state), iif(state = 'parents', state, null), 'task' || (i % 10), 1, i % 1000, 's' || (i % 1000), i, 0, i, 1, 1, i % 3, 0, 1, '{}', '{}',
      i, 'k' || (i % 50), 'i' || i, i,
      case when state = 'finished' then case when i % 100 = 1 then 'error' else 'success' end end, i
    from (select i, case when i % 100 = 0 then 'running' when i % 7 = 0 then 'scheduled' when i % 5 = 0 then 'ready'
      when i % 11 = 0 then 'blocked' when i % 13 = 0 then 'parents' else 'finished' end as state from n)`,
  `${many} insert into carillon_schedules(id, version, task_name, paused, status, next_fire, advanced_at, needs_planning,
      follows_finish, generated_id, anchor, created_at, updated_at, counters, policies, trigger, metadata)
    select 's' || i, 1, 'task' || (i % 10), 0, 'active', i, i, i % 1000 = 0, 0, 0, 1, 1, 1, '', '', '', '' from n`,
  `${many} insert into carillon_attempts(job_seq, claim_number, attempt, owner, started_at, finished_at, outcome)
    select i, 1, 1, 1, i, i, 'error' from n`,
  `${many} insert into carillon_logs(job_seq, ordinal, claim_number, part, line, at, level, message, bytes)
    select i, 1, 1, 'run', 1, i, 'info', 'x', 1 from n`,
  `${many} insert into carillon_counted(task_name, succeeded, finished_at, job_seq)
    select 'task' || (i % 10), i % 2, i, i from n`,
  `${many} insert into carillon_parents(child_seq, place, parent_seq) select i + 1, 0, i from n`,
];
