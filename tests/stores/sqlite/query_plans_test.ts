import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { noServer } from "../server.ts";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import { fullScans as scansOf, loopStatements } from "../../../src/stores/sqlite/plan_checks.ts";
import { listScans, type PlanLine } from "./list_scans.ts";
import { fileToPlan, PLAN_LIMIT_MS, type PlanDatabase, serverToPlan } from "./plan_databases.ts";
import { everyStatement } from "./recording.ts";

const dialect = sqliteDialect();

function fullScans(sql: string, lines: readonly PlanLine[]): readonly string[] {
  return scansOf(sql, lines.map(({ text }) => text), dialect.tables);
}

function linesOf(...texts: readonly string[]): readonly PlanLine[] {
  return texts.map((text, index) => ({ id: index + 1, parent: 0, text }));
}

/** Statements that may read a growing table from end to end: what people ask for, and no loop ever sends. */
const scanning: Readonly<Record<string, RegExp>> = {
  "pages of jobs, which end at their limit":
    /from carillon_jobs j where .* order by j\.seq (?:desc |asc )?limit/s,
  "jobs counted by state": /^with clock.*json_array\('scheduled', count\(\*\)\)/s,
  "pages of schedules":
    /from carillon_schedules s where .* order by (s\.next_fire nulls last, )?s\.seq limit/s,
};

/** Steps of a plan that scan a growing table without being allowed to, or a list for each row. */
async function unexpectedScans(
  database: PlanDatabase,
  statements: Iterable<string>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const sql of statements) {
    const lines = await database.plan(sql);
    const mayScan = Object.values(scanning).some((text) => text.test(sql));
    const bad = [...mayScan ? [] : fullScans(sql, lines), ...listScans(sql, lines)];
    if (bad.length > 0) found.push(`${bad}\n${sql}\n${lines.map(({ text }) => text).join("\n")}`);
  }
  return found;
}

async function check(database: PlanDatabase): Promise<void> {
  try {
    assert.deepEqual(await unexpectedScans(database, await everyStatement()), []);
  } finally {
    await database.end();
  }
}

for (const filling of ["empty", "rows", "rows and statistics"] as const) {
  test(
    `no statement on a file reads a growing table from end to end, or a list for each row: ${filling}`,
    async () => {
      await check(await fileToPlan(filling));
    },
    { timeLimitMs: PLAN_LIMIT_MS },
  );
}

for (const filling of ["empty", "rows"] as const) {
  test(
    `no statement on a server reads a growing table from end to end, or a list for each row: ${filling}${
      noServer ?? ""
    }`,
    async () => await check(await serverToPlan(filling)),
    { ignore: noServer !== undefined, timeLimitMs: PLAN_LIMIT_MS },
  );
}

test("every statement that may read a table from end to end is sent, and does", async () => {
  const database = await fileToPlan("empty");
  try {
    const statements = [...await everyStatement()];
    for (const [what, text] of Object.entries(scanning)) {
      const plans = await Promise.all(
        statements.filter((sql) => text.test(sql)).map(async (sql) =>
          fullScans(sql, await database.plan(sql))
        ),
      );
      assert.ok(plans.some((scans) => scans.length > 0), what);
    }
    assert.ok(statements.length > 100, `only ${statements.length} statements`);
  } finally {
    await database.end();
  }
});

test("loopStatements() are statements that a store sends", async () => {
  const sent = await everyStatement();
  const statements = await loopStatements(dialect);
  assert.ok(statements.length > 15, `only ${statements.length}`);
  assert.deepEqual(statements.filter((sql) => !sent.has(sql)), []);
});

test("fullScans() finds a scan behind an alias, and lets small indexes pass", () => {
  const sql = "select 1 from carillon_jobs j where j.attempt = 3";
  assert.deepEqual(fullScans(sql, linesOf("SCAN j")), ["SCAN j"]);
  assert.deepEqual(fullScans(sql, linesOf("SCAN j USING COVERING INDEX carillon_jobs_ready")).length, 1);
  const made = "SEARCH j USING AUTOMATIC PARTIAL COVERING INDEX (attempt=?)";
  assert.deepEqual(fullScans(sql, linesOf(made, "SEARCH e USING AUTOMATIC COVERING INDEX (id=?)")), [made]);
  const small = linesOf("SCAN j USING COVERING INDEX carillon_jobs_running_task", "SCAN e");
  assert.deepEqual(fullScans(sql, small), []);
});

test("listScans() finds a list that is read for each row, and no other", async () => {
  const database = await fileToPlan("rows");
  const found = async (sql: string) => listScans(sql, await database.plan(sql)).length;
  const perRow = [
    `update carillon_schedules set version = 2 from json_each(?1) a
      where carillon_schedules.seq = (a.value ->> 0) and carillon_schedules.seq in (select seq from carillon_picked)`,
    `select 1 from carillon_jobs j cross join json_each(?1) e where j.id = e.value`,
    `select 1 from carillon_jobs j where exists (select 1 from json_each(?1) where value = j.priority)`,
    `select exists (select 1 from json_each(?1) e where e.value = j.priority) from carillon_jobs j`,
  ];
  const onceOnly = [
    `select 1 from json_each(?1) e cross join carillon_jobs j on j.id = e.value`,
    `select 1 from carillon_jobs j where j.id in (select value from json_each(?1))`,
    `select 1 from carillon_jobs j where +j.priority in (select value from json_each(?1))`,
    `select 1 from carillon_schedulers l cross join json_each(l.tasks) e`,
  ];
  try {
    assert.deepEqual(await Promise.all(perRow.map(found)), [1, 1, 1, 1]);
    assert.deepEqual(await Promise.all(onceOnly.map(found)), [0, 0, 0, 0]);
  } finally {
    await database.end();
  }
});
