import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoreFinding } from "../../../src/cli/doctor/finding.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { loadNativeBinding } from "../../../src/stores/libsql/native/native_binding.ts";
import { newJob, schedulerWrite, scheduleWrite } from "../../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { test } from "../../harness.ts";
import { withProject } from "../sample_project.ts";

type Report = readonly { readonly location: string; readonly findings: readonly StoreFinding[] }[];

test("doctor finds nothing to mend in a new store, and tells its size", async () => {
  await withProject({}, async (project) => {
    await project.run(["migrate"]);
    const { code, out } = await project.run(["doctor"]);
    assert.equal(code, 0, out);
    assert.match(out, /The database takes \d+\.\d MB/);
    assert.match(out, /No scheduler is registered/);
    assert.doesNotMatch(out, /^!/m);
  });
});

test("doctor names schedulers that died, jobs without an owner and jobs of unknown tasks", async () => {
  await withProject({}, async (project) => {
    const store = libsql(`file:${join(project.folder, "carillon.db")}`);
    await store.open({ clock: systemClock });
    const { incarnation } = await store.registerScheduler({ ...schedulerWrite(["mail"]), leaseMs: -60_000 });
    await store.addJobs([newJob("a")], {
      incarnation: incarnation,
      tasks: [{ name: "mail", version: 1 }],
      limit: 1,
    });
    await store.addJobs([newJob("b", { taskName: "unknown" })]);
    await store.close();
    const { code, out } = await project.run(["doctor", "--json"]);
    assert.equal(code, 1);
    const [{ findings }] = JSON.parse(out) as [Report[number]];
    const problems = findings.filter(({ level }) => level === "problem").map(({ message }) => message);
    assert.ok(problems.some((text) => /lease ended 60\.\d s ago/.test(text)), out);
    assert.ok(problems.some((text) => /1 jobs are parked/.test(text)), out);
  });
});

test("doctor says why a schedule waits for a clock that was set back, and which task has left the code", async () => {
  await withProject({}, async (project) => {
    const store = libsql(`file:${join(project.folder, "carillon.db")}`);
    await store.open({ clock: systemClock });
    await store.registerScheduler(schedulerWrite(["mail"]));
    const aheadMs = Date.now() + 3_600_000;
    const schedules = [
      scheduleWrite("ahead", { nextFireTimeMs: aheadMs + 60_000, advancedAtMs: aheadMs }),
      scheduleWrite("declared", { taskName: "gone", group: "declared", nextFireTimeMs: aheadMs }),
    ];
    await store.writeSchedules({ puts: schedules.map((schedule) => ({ expected: null, schedule })) });
    await store.close();
    const { code, out } = await project.run(["doctor"]);
    assert.equal(code, 1, out);
    assert.match(out, /^! Schedule ahead waits to \S+: the store's clock was set back by 3\d{3}\.\d s/m);
    assert.match(out, /^! Schedule declared adds jobs of task gone, which no running scheduler has/m);
  });
});

test("doctor says that a statement of the loops finds its rows by no index, and how much room is left", async () => {
  await withProject({}, async (project) => {
    await project.run(["migrate"]);
    const database = new (await loadNativeBinding())(join(project.folder, "carillon.db"));
    database.prepare("drop index carillon_jobs_ready").run([]);
    database.close();
    const { code, out } = await project.run(["doctor"]);
    assert.equal(code, 1, out);
    assert.match(out, /^! A statement of the scheduler's loops finds its rows by no index \(SCAN /m);
    assert.match(out, /The disk of the file has \d+\.\d MB left/);
  });
});

test("doctor finds files with escapes in their names, and continues behind a store that is damaged", async () => {
  await withProject({}, async (project) => {
    await mkdir(join(project.folder, "two words 100%"));
    const sound = `file:${project.folder}/two%20words 100%/jobs.db`;
    await writeFile(join(project.folder, "broken.db"), "this is no database".repeat(1000));
    assert.equal((await project.run(["migrate", "--store", sound])).code, 0);
    const env = {
      CARILLON_STORES: `broken=file:${project.folder}/broken.db,sound=${sound}`,
      CARILLON_STORE: "",
    };
    const { code, out, err } = await project.run(["doctor"], { env });
    assert.equal(code, 1, out + err);
    assert.match(out, /^! .*the file is not a database/m);
    assert.match(out, /^ {2}The database is sound/m);
    assert.match(out, /The disk of the file has \d+\.\d MB left/);
  });
});

test("doctor refuses a store that is not there", async () => {
  await withProject({}, async (project) => {
    const { err, code } = await project.run(["doctor"]);
    assert.notEqual(code, 0);
    assert.match(err, /There is no database/);
  });
});
