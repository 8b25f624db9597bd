import assert from "node:assert/strict";
import { join } from "node:path";
import { cpuBusy, disk, loadAverage } from "../../../tasks/parts/machine_facts.ts";
import { test } from "../../harness.ts";
import { withFolder } from "../../folders.ts";

test("cpuBusy() is the used share of the time between two looks", () => {
  const before = { idleMs: 1000, totalMs: 4000 };
  assert.equal(cpuBusy(before, { idleMs: 1750, totalMs: 5000 }), 0.25);
  // Counters of idle time may step back a little.
  assert.equal(cpuBusy(before, { idleMs: 999, totalMs: 5000 }), 1);
});

test("cpuBusy() is null where there is nothing to compare with", () => {
  assert.equal(cpuBusy(undefined, { idleMs: 1, totalMs: 2 }), null);
  assert.equal(cpuBusy({ idleMs: 0, totalMs: 0 }, { idleMs: 0, totalMs: 0 }), null);
});

test("loadAverage() is null on Windows, which keeps none", () => {
  assert.equal(loadAverage("win32"), null);
  assert.equal(typeof loadAverage("linux"), "number");
});

test("disk() is null where the system does not report it", async () => {
  await withFolder(async (folder) => {
    const { diskUsedBytes, diskTotalBytes } = await disk(folder);
    assert.ok(diskUsedBytes! > 0 && diskUsedBytes! <= diskTotalBytes!);
    assert.deepEqual(await disk(join(folder, "nowhere")), { diskUsedBytes: null, diskTotalBytes: null });
  });
});
