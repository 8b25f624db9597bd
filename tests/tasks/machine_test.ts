import assert from "node:assert/strict";
import { CarillonError } from "../../src/errors.ts";
import { machine } from "../../tasks/machine.ts";
import { samplesIn } from "../../tasks/parts/sample_table.ts";
import { test } from "../harness.ts";
import { sampleAt } from "./sample_at.ts";
import { schedulerInFolder } from "./scheduler_in_folder.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

test("machine.sample keeps what it saw in samples.db, beside the scheduler's database", async () => {
  await schedulerInFolder([machine], async (scheduler, folder) => {
    const first = await scheduler.runJob(machine.sample);
    const second = await scheduler.runJob(machine.sample);

    assert.deepEqual(samplesIn(folder).between(0, Date.now()), [first, second]);
    assert.ok(first.memoryUsedBytes > 0 && first.memoryUsedBytes <= first.memoryTotalBytes);
    assert.ok(first.diskTotalBytes === null || first.diskTotalBytes > 0);
    assert.ok(first.cpuBusy === null || (first.cpuBusy >= 0 && first.cpuBusy <= 1));
  });
});

test("machine.sample tells the scheduler's lag when its schedule fired, and none when it was run by hand", async () => {
  await schedulerInFolder([machine], async (scheduler, folder) => {
    assert.equal((await scheduler.runJob(machine.sample)).lagMs, null);
    const finished = scheduler.events("jobFinished");
    await scheduler.startInBackground();
    for await (const { taskName, outcome } of finished) {
      if (taskName !== "machine.sample") continue;
      assert.equal(outcome, "success");
      break;
    }
    const lag = samplesIn(folder).between(0, Date.now()).at(-1)?.lagMs;
    assert.ok(typeof lag === "number" && lag >= 0 && lag < 5000, `lag ${lag}`);
  });
});

test("machine.forget deletes samples that are too old, and no others", async () => {
  await schedulerInFolder([machine], async (scheduler, folder) => {
    const now = Date.now();
    const samples = samplesIn(folder);
    const [old, older, young] = [now - 2 * DAY_MS, now - 3 * DAY_MS, now - DAY_MS / 2].map((ms) =>
      sampleAt(ms)
    );
    for (const sample of [old!, older!, young!]) samples.add(sample);

    assert.deepEqual(await scheduler.runJob(machine.forget, { keepDays: 1 }), { forgotten: 2 });
    assert.deepEqual(samples.between(0, now), [young]);
  });
});

test("machine.forget refuses to keep samples for no time, and what it does not know", async () => {
  await schedulerInFolder([machine], async (scheduler) => {
    for (const wrong of [{ keepDays: 0 }, { keepDays: 1, keepHours: 1 }]) {
      await assert.rejects(
        scheduler.runJob(machine.forget, wrong),
        (error) => error instanceof CarillonError && error.code === "invalidInput",
      );
    }
  });
});
