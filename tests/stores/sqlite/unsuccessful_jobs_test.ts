import assert from "node:assert/strict";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import type { Statement } from "../../../src/stores/shared/driver.ts";
import { findJobs } from "../../../src/stores/sqlite/jobs/find_jobs.ts";
import type { JobFilter } from "../../../src/stores/job_store.ts";
import { jobOutcomes } from "../../../src/model/states.ts";
import { test } from "../../harness.ts";
import { noServer } from "../server.ts";
import { fileToPlan, PLAN_LIMIT_MS, type PlanDatabase, serverToPlan } from "./plan_databases.ts";

const outcomes = ["error"] as const;
const others = jobOutcomes.filter((outcome) => outcome !== "success");

/** Lists of jobs that did not succeed: as pages of a dashboard, and step by step as for `retryJobs`. */
const listed: Readonly<Record<string, JobFilter>> = {
  "of one outcome": { outcomes, limit: 50 },
  "of several": { outcomes: others, limit: 50 },
  "of a task": { outcomes, taskName: "mail", limit: 50 },
  "that are finished": { outcomes, states: ["finished"], limit: 50 },
  "oldest first": { outcomes, order: "oldest", limit: 50 },
  "on a later page": { outcomes, limit: 50, afterSeq: 100 },
  "step by step": { outcomes, states: ["finished", "parked"], order: "oldest", afterSeq: 7, limit: 50 },
  "of a task step by step": { outcomes, taskName: "mail", order: "oldest", afterSeq: 7, limit: 50 },
};

/** Lists that are found otherwise, by less than all jobs that did not succeed. */
const foundOtherwise: Readonly<Record<string, JobFilter>> = {
  sqlite_autoindex_carillon_jobs_1: { outcomes, ids: ["a"] },
  carillon_parents_children: { outcomes, after: ["a"] },
  carillon_jobs_batch: { outcomes: others, batchId: "b" },
  carillon_jobs_added_by: { outcomes, addedBy: "a" },
  carillon_jobs_schedule: { outcomes, scheduleId: "s" },
};

async function statementOf(filter: JobFilter): Promise<Statement> {
  const sent: Statement[] = [];
  const store = findJobs({
    dialect: sqliteDialect(),
    nowArgument: () => null,
    read(step) {
      sent.push(...step);
      return Promise.resolve(step.map(() => ({ cells: [], changes: 0 })));
    },
    write: () => Promise.reject(new Error("a list writes nothing")),
    writeBulk: () => Promise.reject(new Error("a list writes nothing")),
    wake: () => {},
  });
  await store.getJobs(filter);
  return sent[0]!;
}

async function planOf(database: PlanDatabase, filter: JobFilter): Promise<readonly string[]> {
  const { sql } = await statementOf(filter);
  return (await database.plan(sql)).map(({ text }) => text);
}

async function check(database: PlanDatabase): Promise<void> {
  const byIndex = /^(?:SCAN j|SEARCH j) USING INDEX carillon_jobs_unsuccessful(?: \(seq[<>]\?\))?$/;
  try {
    for (const [which, filter] of Object.entries(listed)) {
      const plan = await planOf(database, filter);
      assert.ok(plan.some((line) => byIndex.test(line)), `${which}: ${plan.join("\n")}`);
      assert.ok(!plan.some((line) => line.includes("FOR ORDER BY")), `${which}: ${plan.join("\n")}`);
    }
    for (const [index, filter] of Object.entries(foundOtherwise)) {
      const plan = (await planOf(database, filter)).join("\n");
      assert.ok(plan.includes(` ${index} (`), `${index}: ${plan}`);
      assert.ok(!plan.includes("carillon_jobs_unsuccessful"), `${index}: ${plan}`);
    }
    const all = (await planOf(database, { outcomes: jobOutcomes, limit: 50 })).join("\n");
    assert.ok(!all.includes("carillon_jobs_unsuccessful"), all);
  } finally {
    await database.end();
  }
}

for (const filling of ["empty", "rows", "rows and statistics"] as const) {
  test(
    `getJobs() finds jobs that did not succeed by their index, in order, on a file: ${filling}`,
    async () => {
      await check(await fileToPlan(filling));
    },
    { timeLimitMs: PLAN_LIMIT_MS },
  );
}

for (const filling of ["empty", "rows"] as const) {
  test(
    `getJobs() finds jobs that did not succeed by their index, in order, on a server: ${filling}${
      noServer ?? ""
    }`,
    async () => await check(await serverToPlan(filling)),
    { ignore: noServer !== undefined, timeLimitMs: PLAN_LIMIT_MS },
  );
}
