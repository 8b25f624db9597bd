import Database from "libsql";
import assert from "node:assert/strict";
import { join } from "node:path";
import { samplesIn } from "../../../tasks/parts/sample_table.ts";
import { test } from "../../harness.ts";
import { sampleAt } from "../sample_at.ts";
import { withFolder } from "../../folders.ts";

test("SampleTable gives back what was added, in order, with what is not available", async () => {
  await withFolder(async (folder) => {
    const table = samplesIn(folder);
    const silent = sampleAt(1000, {
      cpuBusy: null,
      load: null,
      diskUsedBytes: null,
      diskTotalBytes: null,
      lagMs: null,
    });
    const later = sampleAt(2000, { memoryTotalBytes: 2 ** 45 + 1, lagMs: 0.25 });
    for (const sample of [later, silent, sampleAt(3000)]) table.add(sample);
    table.add(silent);
    assert.deepEqual(await Promise.resolve(table.between(1000, 2000)), [silent, later]);
  });
});

test("SampleTable fails while another process holds the file, and loses nothing afterwards", async () => {
  await withFolder(async (folder) => {
    const table = samplesIn(folder);
    table.add(sampleAt(1));
    const other = new Database(join(folder, "samples.db"));
    other.exec("begin exclusive");
    assert.throws(() => table.add(sampleAt(2)), /locked/);
    other.exec("rollback");
    for (const atMs of [3, 4]) table.add(sampleAt(atMs));
    const seen = other.prepare("select at_ms from samples order by at_ms").all();
    assert.deepEqual(await Promise.resolve(seen), [{ at_ms: 1 }, { at_ms: 3 }, { at_ms: 4 }]);
    other.close();
  });
});

test("samplesIn() opens one connection to a folder, however often it is asked", async () => {
  await withFolder((folder) => {
    assert.equal(samplesIn(folder), samplesIn(folder));
    return Promise.resolve();
  });
});
