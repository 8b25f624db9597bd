import assert from "node:assert/strict";
import { test } from "../harness.ts";
import { noServer } from "../stores/server.ts";
import { sqliteDialect } from "../../src/sql/dialect.ts";
import { fullScans as scansOf } from "../../src/sql/full_scans.ts";
import { loopStatements } from "../../src/sql/loop_statements.ts";
import { fileToPlan, PLAN_LIMIT_MS, type PlanDatabase, serverToPlan } from "./plan_databases.ts";
import { everyStatement } from "./recording.ts";

const dialect = sqliteDialect();

function fullScans(sql: string, lines: readonly string[]): readonly string[] {
  return scansOf(sql, lines, dialect.tables);
}

/** Statements that may read a growing table from end to end: what people ask for, and no loop ever sends. */
const scanning: Readonly<Record<string, RegExp>> = {
  "pages of jobs, which end at their limit":
    /from carillon_jobs j where .* order by j\.seq (?:desc |asc )?limit/s,
  "jobs counted by state": /^with clock.*json_array\('scheduled', count\(\*\)\)/s,
  "pages of schedules": /from carillon_schedules s where .* order by s\.next_fire nulls last, s\.id limit/s,
  "all schedules planned anew":
    /^update carillon_schedules set needs_planning = 1.* and needs_planning = 0$/s,
};

/** What reads a growing table from end to end and is not among those that may. */
async function unexpectedScans(
  database: PlanDatabase,
  statements: Iterable<string>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const sql of statements) {
    if (Object.values(scanning).some((text) => text.test(sql))) continue;
    const lines = await database.plan(sql);
    if (fullScans(sql, lines).length > 0) found.push(`${sql}\n${lines.join("\n")}`);
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
  test(`no statement on a file reads a growing table from end to end: ${filling}`, async () => {
    await check(await fileToPlan(filling));
  }, { timeLimitMs: PLAN_LIMIT_MS });
}

for (const filling of ["empty", "rows"] as const) {
  test(
    `no statement on a server reads a growing table from end to end: ${filling}${noServer ?? ""}`,
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
  assert.deepEqual(fullScans(sql, ["SCAN j"]), ["SCAN j"]);
  assert.deepEqual(fullScans(sql, ["SCAN j USING COVERING INDEX carillon_jobs_ready"]).length, 1);
  assert.deepEqual(fullScans(sql, ["SCAN j USING COVERING INDEX carillon_jobs_running_task", "SCAN e"]), []);
});
