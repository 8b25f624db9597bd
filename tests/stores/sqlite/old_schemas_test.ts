import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRunSettings } from "../../../src/model/settings.ts";
import { storedJobStates } from "../../../src/model/states.ts";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import { migrate } from "../../../src/stores/sqlite/schema/migrate.ts";
import { migrations, schemaVersion } from "../../../src/stores/sqlite/schema/migrations/migrations.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { schedulerWrite } from "../../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { test } from "../../harness.ts";

const dialect = sqliteDialect();
const settings = JSON.stringify({ ...defaultRunSettings, maxRunningJobs: null });
const later = 8e15;

/** Rows that the schema of every version can hold: a task, a schedule with a limit, and jobs in every state. */
function rowsOf(version: number): readonly string[] {
  const known = version < 8 ? "'[\"mail\"]'" : "'[[\"mail\",1]]'";
  const states = storedJobStates.filter((state) => state !== "waiting" || version >= 11);
  return [
    `insert into carillon_tasks(name, version, settings, metadata, overrides, paused, has_own_limit)
      values ('mail', 1, '${settings}', '{}', '{}', 0, 0)`,
    `insert into carillon_schedulers(name, role, ${
      version < 8 ? "task_names" : "tasks"
    }, tags, process, lease_ms,
        started_at, lease_until) values ('old', 'both', ${known}, '[]', '{}', 1000, 1, 1)`,
    `insert into carillon_schedules(id, version, task_name, paused, status, next_fire, needs_planning, follows_finish,
        max_running, generated_id, anchor, created_at, updated_at, counters, policies, trigger, metadata)
      values ('s', 1, 'mail', 0, 'active', 5, 0, 0, 1, 0, 1, 1, 1, '{}', '{}', '{}', '{}')`,
    ...states.flatMap((state) => kindsOf(state).map((kind) => jobRow(state, kind === "limited"))),
    ...version < 11 ? [] : [
      `update carillon_jobs set on_parent_failure = 'cascade' where state = 'waiting'`,
      `insert into carillon_parents(child_seq, place, parent_seq)
        select c.seq, 0, p.seq from carillon_jobs c join carillon_jobs p on p.id = 'running-free' where c.state = 'waiting'`,
    ],
  ];
}

/** Only a job that something limits was ever stored as blocked. */
function kindsOf(state: string): readonly string[] {
  return state === "blocked" ? ["limited"] : ["free", "limited"];
}

function jobRow(state: string, limited: boolean): string {
  const finished = state === "finished";
  const started = finished || state === "running";
  return `insert into carillon_jobs(id, state, task_name, task_version, schedule_seq, schedule_id, fire_time, priority,
      run_at, attempt, claim_number, owner, lost_leases, created_at, started_at, finished_at, expires_at, outcome,
      parked_reason, overrides, metadata, input)
    values ('${state}-${limited ? "limited" : "free"}', '${state}', 'mail', 1, ${
    limited ? "1, 's', 5" : "null, null, null"
  },
      0, 1, ${started ? "1, 1, 1" : "0, 0, null"}, 0, 1, ${started ? 1 : null}, ${finished ? 2 : null},
      ${finished ? later : null}, ${finished ? limited ? "'error'" : "'success'" : null}, ${
    state === "parked" ? "'no code'" : null
  },
      '{}', '{}', '1')`;
}

async function writtenBy(version: number, path: string): Promise<void> {
  const address = parseAddress(`file:${path}`);
  const driver = await connect({ address, dialect, synchronous: "normal" });
  try {
    await migrate({ driver, dialect, location: path, migrations: migrations.slice(0, version) });
    const [result] = await driver.write([rowsOf(version).map((sql) => ({ sql, args: [] }))]);
    if ("error" in result!) throw result.error;
  } finally {
    driver.close();
  }
}

/** Takes and finishes what can be had, until there is no more. */
async function runAll(store: ReturnType<typeof libsql>): Promise<readonly string[]> {
  const { incarnation } = await store.registerScheduler(schedulerWrite(["mail"]));
  const done: string[] = [];
  for (let round = 0; round < 20; round++) {
    const { claimed } = await store.claimJobs({
      incarnation,
      tasks: [{ name: "mail", version: 1 }],
      limit: 10,
    });
    const ends = await store.endJobs(claimed.map(({ seq, claimNumber, scheduleSeq }) => ({
      fence: { seq, incarnation, claimNumber },
      scheduleSeq,
      transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: 0 },
    })));
    assert.ok(ends.every((held) => held));
    done.push(...claimed.map(({ id }) => id));
  }
  return done.sort();
}

for (let version = 1; version < schemaVersion; version++) {
  test(`migrate() brings rows of every kind from version ${version} on, and they go on`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-"));
    const path = join(folder, "old.db");
    await writtenBy(version, path);
    const store = libsql(`file:${path}`);
    await store.open({ clock: systemClock });
    try {
      assert.deepEqual(await store.integrity(), []);
      const jobs = await store.getJobs({});
      assert.deepEqual(jobs.filter(({ undecodable }) => undecodable !== undefined), []);
      assert.deepEqual((await store.getJobs({ outcomes: ["error"] })).map(({ id }) => id), [
        "finished-limited",
      ]);
      assert.deepEqual((await store.getSchedulers()).map(({ tasks }) => tasks), [[{
        name: "mail",
        version: 1,
      }]]);
      assert.deepEqual((await store.dueSchedules(5)).due.map(({ schedule }) => schedule.id), ["s"]);
      await store.takeOver(1, null, []);
      assert.deepEqual(await store.takeOver(1, 1, []), []);
      assert.deepEqual(await store.getOrphanedIncarnations(), [1]);
      const running = jobs.filter(({ state }) => state === "running");
      const handBack = { to: "handBack", lostLease: true } as const;
      await store.takeOver(
        1,
        1,
        running.map(({ seq, claimNumber, scheduleSeq }) => {
          return { fence: { seq, incarnation: 1, claimNumber }, scheduleSeq, transition: handBack };
        }),
      );
      const unfinished = jobs.filter(({ state }) => state !== "finished").map(({ id }) => id).sort();
      assert.ok(unfinished.length >= 9);
      assert.deepEqual(await runAll(store), unfinished);
      assert.equal((await store.retryJobs(["finished-free"])).length, 1);
      assert.deepEqual(await runAll(store), ["finished-free"]);
      assert.ok((await store.prune(100)).jobs > 0);
      assert.deepEqual(await store.integrity(), []);
    } finally {
      await store.close();
      await rm(folder, { recursive: true });
    }
  });
}
