import assert from "node:assert/strict";
import { LOG_LINES_MAX } from "../../../src/model/job_history.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { test } from "../../harness.ts";

/** The lines from one number on. */
function lines(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    return {
      line: from + index,
      atMs: index,
      level: "info",
      message: `line ${from + index}`,
      fields: null,
    } as const;
  });
}

test("putLogs() costs as much as there are lines, not that squared", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: systemClock });
  try {
    const { jobs: [job] } = await store.addJobs([newJob("a")]);
    let last = 0;
    const put = async (count: number) => {
      const startMs = systemClock.monotonicMs();
      await store.putLogs([{ jobSeq: job!.seq, claimNumber: 1, part: "run", lines: lines(last + 1, count) }]);
      last += count;
      return systemClock.monotonicMs() - startMs;
    };
    await put(LOG_LINES_MAX);
    const small = Math.min(await put(20), await put(20), await put(20));
    const large = Math.min(await put(LOG_LINES_MAX), await put(LOG_LINES_MAX));
    // Fifty times as many lines took two thousand times as long.
    assert.ok(large < 200 * small, `${large} ms after ${small} ms`);
    const kept = await store.getLogs("a");
    assert.deepEqual(
      kept?.map(({ line }) => line),
      lines(last - LOG_LINES_MAX + 1, LOG_LINES_MAX).map(({ line }) => line),
    );
  } finally {
    await store.close();
  }
});
