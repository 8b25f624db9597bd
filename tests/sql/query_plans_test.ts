import assert from "node:assert/strict";
import type { ClaimRequest } from "../../src/stores/job_store.ts";
import { sqliteDialect } from "../../src/sql/dialect.ts";
import { migrations } from "../../src/sql/migrations/migrations.ts";
import type { SqlOperations } from "../../src/sql/sql_store.ts";
import { loadNativeBinding, type NativeDatabase } from "../../src/stores/libsql/native_binding.ts";
import {
  newJob,
  schedulerWrite,
  scheduleWrite,
  taskWrite,
  versionOf,
} from "../../src/testing/store_conformance/records.ts";
import { test } from "../harness.ts";
import { record } from "./recording.ts";

const request: ClaimRequest = { incarnation: 1, tasks: [{ name: "mail", version: 1 }], limit: 10 };
const fence = { seq: 1, incarnation: 1, claimNumber: 1 };

/** Every operation that must not slow down as the tables grow. Lists that people page through are not among them. */
const operations: Readonly<Record<string, (store: SqlOperations) => Promise<unknown>>> = {
  putTasks: (store) => store.putTasks([taskWrite("mail")]),
  getTasks: (store) => store.getTasks(["mail"]),
  updateTask: (store) => store.updateTask("mail", { paused: false }),
  registerScheduler: (store) => store.registerScheduler(schedulerWrite(["mail"])),
  heartbeat: (store) => store.heartbeat(1, 1000),
  addJobs: (store) => store.addJobs([newJob("a"), newJob("b")]),
  "addJobs with a claim": (store) => store.addJobs([newJob("c")], request),
  "addJobs in turn": (store) => store.addJobs([newJob("d")], { ...request, inTurn: true }),
  claimJobs: (store) => store.claimJobs(request),
  "claimJobs of some": (store) => store.claimJobs({ ...request, jobIds: ["a"] }),
  putProgress: (store) =>
    store.putProgress([{ fence, progress: { done: 1, total: 2, message: null, atMs: 1 } }]),
  "endJobs that finish": (store) =>
    store.endJobs([{
      fence,
      transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: 1 },
    }]),
  "endJobs that go on": (store) =>
    store.endJobs([{ fence, transition: { to: "retry", delayMs: 5, error: null } }]),
  getAttempts: (store) => store.getAttempts("a"),
  putLogs: (store) => {
    const line = { line: 1, atMs: 1, level: "info", message: "x", fields: null } as const;
    return store.putLogs([{ jobSeq: 1, claimNumber: 1, part: "run", lines: [line] }]);
  },
  getLogs: (store) => store.getLogs("a"),
  "getJobs by id": (store) => store.getJobs({ ids: ["a"] }),
  "getJobs of an owner": (store) => store.getJobs({ owner: 1, states: ["running"] }),
  "getJobs of a schedule": (store) => store.getJobs({ scheduleId: "s" }),
  cancelJobs: (store) => store.cancelJobs(["a"], { reason: "test", keepMs: 1 }),
  updateJob: (store) => store.updateJob("b", { priority: 1 }),
  retryJobs: (store) => store.retryJobs(["a"]),
  removeJobs: (store) => store.removeJobs(["a"]),
  writeSchedules: async (store) => {
    const [s] = await store.writeSchedules({
      puts: [{ expected: null, schedule: scheduleWrite("s", { nextFireTimeMs: 1 }) }],
    }) ?? [];
    await store.writeSchedules({ puts: [], removes: [versionOf(s!)] });
  },
  dueSchedules: (store) => store.dueSchedules(10),
  advanceSchedules: (store) => {
    const expected = { id: "s", seq: 1, version: 1 };
    const schedule = scheduleWrite("s");
    return store.advanceSchedules([{ expected, expectedUnfinishedJobs: 0, schedule, jobs: [newJob("d")] }]);
  },
  getFireTimes: (store) => store.getFireTimes(1, [1]),
  replanSchedules: (store) => store.replanSchedules(["s"]),
  buryScheduler: (store) => store.buryScheduler(9, null, []),
  getOrphanedIncarnations: (store) => store.getOrphanedIncarnations(),
  prune: async (store) => {
    const retention = { successMs: 1, otherMs: 1, maxSuccess: 1, maxOther: 1 };
    await store.updateTask("mail", { overrides: { retention } });
    await store.prune(10);
  },
};

/** Small by nature: they hold what runs or waits for the clock now, never what has piled up. */
const smallIndexes = /_(running|running_task|running_key|parked|blocked|planning|leaving)\b/;

/** A database of its own for explaining: doing that spoils the binding's connection for writing. */
async function explainer(filled: boolean): Promise<NativeDatabase> {
  const database = new (await loadNativeBinding())(":memory:");
  const dialect = sqliteDialect();
  const statements = [
    "create table carillon_guard(ok integer not null)",
    ...migrations.flatMap(({ statements }) => statements(dialect)),
    ...(filled ? fillings : []),
  ];
  for (const sql of statements) database.prepare(sql).run([]);
  return database;
}

const many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)";
const fillings = [
  `${many} insert into carillon_jobs(id, state, task_name, task_version, schedule_seq, schedule_id, fire_time,
      priority, run_at, attempt, claim_number, owner, lost_leases, created_at, overrides, metadata, expires_at)
    select 'j' || i, case when i % 100 = 0 then 'running' when i % 7 = 0 then 'scheduled' when i % 5 = 0 then 'ready'
      when i % 11 = 0 then 'blocked' else 'finished' end, 'task' || (i % 10), 1, i % 1000, 's' || (i % 1000), i, 0, i,
      1, 1, i % 3, 0, 1, '{}', '{}', i from n`,
  `${many} insert into carillon_schedules(id, version, task_name, paused, status, next_fire, needs_planning,
      follows_finish, generated_id, anchor, created_at, updated_at, counters, policies, trigger, metadata)
    select 's' || i, 1, 'task' || (i % 10), 0, 'active', i, i % 1000 = 0, 0, 0, 1, 1, 1, '', '', '', '' from n`,
  "analyze",
];

function plan(database: NativeDatabase, sql: string): readonly string[] {
  const statement = database.prepare(`explain query plan ${sql}`);
  return statement.raw(true).all([]).map((row) => String(row[3]));
}

/** The lines of a plan that read a growing table from end to end. */
function fullScans(sql: string, lines: readonly string[]): readonly string[] {
  const names = new Set<string>(["carillon_jobs", "carillon_schedules", "carillon_counted"]);
  for (
    const [, alias] of sql.matchAll(/\bcarillon_(?:jobs|schedules|counted) (?!set|where|on|values)(\w+)/g)
  ) {
    names.add(alias!);
  }
  return lines.filter((line) => {
    const scanned = /^SCAN (\w+)(.*)$/.exec(line);
    return scanned !== null && names.has(scanned[1]!) && !smallIndexes.test(scanned[2]!);
  });
}

/** The end of a table, found at once whatever its size. */
function isLastRow(sql: string): boolean {
  return /^select coalesce\(max\(seq\)/.test(sql);
}

for (const filled of [false, true]) {
  const state = filled ? "with many rows and statistics" : "empty and without statistics";
  test(`sqlOperations() reads no growing table from end to end, ${state}`, async () => {
    const recording = await record();
    const database = await explainer(filled);
    try {
      const found: string[] = [];
      for (const [name, run] of Object.entries(operations)) {
        await run(recording.store);
        for (const sql of recording.take().filter((text) => !isLastRow(text))) {
          const lines = plan(database, sql);
          for (const line of fullScans(sql, lines)) {
            found.push(`${name}: ${line}\n${sql}\n${lines.join("\n")}`);
          }
        }
      }
      assert.deepEqual(found, []);
    } finally {
      database.close();
      recording.close();
    }
  });
}

test("fullScans() finds a scan behind an alias, and lets small indexes pass", () => {
  const sql = "select 1 from carillon_jobs j where j.attempt = 3";
  assert.deepEqual(fullScans(sql, ["SCAN j"]), ["SCAN j"]);
  assert.deepEqual(fullScans(sql, ["SCAN j USING COVERING INDEX carillon_jobs_ready"]).length, 1);
  assert.deepEqual(fullScans(sql, ["SCAN j USING COVERING INDEX carillon_jobs_running_task", "SCAN e"]), []);
});
