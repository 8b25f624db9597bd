import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { test } from "../../harness.ts";
import { startChild } from "../../stores/child_process.ts";

const CHILD = "../scheduler/crash/scheduler_child.ts";

// real time: the processes are real ones, killed where they stand
test("a scheduler killed again and again accounts for every fire time exactly once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-crash-"));
  const file = join(folder, "crash.db");
  for (let round = 0; round < 3; round++) {
    const child = startChild(CHILD, [file]);
    // In the middle of everything, after it has taken over what the last one left.
    await child.until("slow");
    await child.until("ran", 10);
    child.kill("SIGKILL");
    await child.ended;
  }
  const last = startChild(CHILD, [file]);
  await last.until("slow", 2);
  last.kill("SIGTERM");
  assert.equal(await last.ended, 0);

  await using reader = new Scheduler({ store: libsql(`file:${file}`), role: "client" });
  for (const [id, everyMs] of [["quick", 50], ["slow", 200]] as const) {
    const schedule = await (await reader.getSchedule(id)).get();
    const { runs, coalesced, missed, skipped } = schedule.counters;
    const fires = (schedule.lastFireTime!.epochMilliseconds - schedule.anchor.epochMilliseconds) / everyMs +
      1;
    assert.equal(runs + coalesced + missed + skipped, fires, `${id}: ${JSON.stringify(schedule.counters)}`);
    const jobs = await Array.fromAsync(reader.allJobs({ scheduleId: id }));
    assert.equal(jobs.length, runs, id);
    assert.equal(new Set(jobs.map((job) => job.scheduledFireTime!.epochMilliseconds)).size, runs, id);
    // Nobody owns a job any more; what still waits is parked as long as no scheduler that knows its task is alive.
    assert.deepEqual(jobs.filter((job) => job.state === "running"), []);
  }
  await rm(folder, { recursive: true });
});
