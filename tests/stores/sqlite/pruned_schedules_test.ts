import assert from "node:assert/strict";
import { libsql } from "../../../src/stores/libsql.ts";
import { newJob, scheduleWrite } from "../../../src/testing/store_conformance/records.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

test("prune() comes to a schedule behind thousands that still have jobs, some at a time", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: new VirtualClock("2026-01-01T00:00Z") });
  const ids = Array.from({ length: 2500 }, (_, i) => `s${i}`);
  const schedule = (id: string) => scheduleWrite(id, { generatedId: true, status: "finished" });
  const written = await store.writeSchedules({
    puts: ids.map((id) => ({ expected: null, schedule: schedule(id) })),
  });
  const busy = written!.filter(({ id }) => id !== "s2300");
  await store.addJobs(
    busy.map(({ seq, id }) => newJob(`job of ${id}`, { scheduleSeq: seq, scheduleId: id })),
  );
  const gone: string[] = [];
  for (let call = 0; call < 3; call++) gone.push(...(await store.prune(500)).schedules);
  assert.deepEqual(gone, ["s2300"]);
  await store.removeJobs(["job of s7"]);
  for (let call = 0; call < 3; call++) gone.push(...(await store.prune(500)).schedules);
  assert.deepEqual(gone, ["s2300", "s7"]);
  await store.close();
});
