import Database from "libsql";
import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import process from "node:process";
import { CarillonError } from "../../src/errors.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { backup } from "../../tasks/backup.ts";
import { machine } from "../../tasks/machine.ts";
import { test } from "../harness.ts";
import { schedulerInFolder } from "./scheduler_in_folder.ts";

test("database.backup copies the scheduler's database, whole and readable", async () => {
  await schedulerInFolder([backup, machine], async (scheduler, folder) => {
    const job = await scheduler.addJob(machine.sample, undefined, { delay: { hours: 1 } });
    const { path, bytes, tables } = await scheduler.runJob(backup, { keep: 3 });

    assert.deepEqual(await readdir(join(folder, "backups")), [basename(path)]);
    assert.match(basename(path), /^carillon-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.db$/);
    assert.ok(bytes > 0 && tables > 3);
    if (process.platform !== "win32") {
      for (const file of [path, join(folder, "carillon.db")]) {
        assert.equal((await stat(file)).mode & 0o777, 0o600);
      }
      assert.equal((await stat(join(folder, "backups"))).mode & 0o777, 0o700);
    }
    const copy = new Database(path, { readonly: true });
    try {
      assert.deepEqual(copy.prepare("select id from carillon_jobs where state = 'scheduled'").all(), [{
        id: job.id,
      }]);
    } finally {
      copy.close();
    }
  });
});

test("database.backup keeps the newest copies and leaves other files alone", async () => {
  await schedulerInFolder([backup], async (scheduler, folder) => {
    const { path: first } = await scheduler.runJob(backup);
    await writeFile(join(folder, "backups", "carillon-before-moving.db"), "");
    await writeFile(`${first}.part`, "left behind by a run that was killed");
    const later = [];
    for (let i = 0; i < 3; i++) later.push((await scheduler.runJob(backup, { keep: 2 })).path);

    const kept = [...later.slice(1).map((path) => basename(path)), "carillon-before-moving.db"];
    assert.deepEqual((await readdir(join(folder, "backups"))).sort(), kept.sort());
  });
});

test("database.backup tells how far it is, and writes to the log", async () => {
  await schedulerInFolder([backup], async (scheduler) => {
    const steps: (string | null)[] = [];
    const lines: string[] = [];
    scheduler.subscribe(({ progress }) => steps.push(progress.message), { types: "jobProgress" });
    scheduler.subscribe(({ message }) => lines.push(message), { types: "jobLog" });
    await scheduler.runJob(backup);
    await scheduler.stop();

    assert.deepEqual([steps[0], steps.at(-1)], ["copying", "done"]);
    assert.deepEqual(lines, ["backed up"]);
  });
});

test("database.backup refuses to keep nothing, and says which stores it can copy", async () => {
  await schedulerInFolder([backup], async (scheduler, folder) => {
    await assert.rejects(scheduler.runJob(backup, { keep: 0 }), hasCode("invalidInput"));
    assert.deepEqual((await readdir(folder)).filter((name) => name === "backups"), []);
  });
  await using inMemory = new Scheduler({ tasks: [backup] });
  const job = await inMemory.addJob(backup, {}, { retry: { maxAttempts: 1 } });
  await inMemory.runUntilIdle();
  const { outcome, error } = await inMemory.getJobResult(job.id);
  assert.equal(outcome, "error");
  assert.match(error?.message ?? "", /'memory' cannot be backed up; use libsql/);
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CarillonError && error.code === code;
}
