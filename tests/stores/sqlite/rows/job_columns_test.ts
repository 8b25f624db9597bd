import assert from "node:assert/strict";
import { jobFieldNames, type NewJob, replacedFieldNames } from "../../../../src/model/job_record.ts";
import type { DataStore } from "../../../../src/stores/data_store.ts";
import { libsql } from "../../../../src/stores/libsql.ts";
import { memory } from "../../../../src/stores/memory.ts";
import { jobColumns } from "../../../../src/stores/sqlite/rows/job_columns.ts";
import { newJob } from "../../../../src/testing/store_conformance/records.ts";
import { VirtualClock } from "../../../../src/time/virtual_clock.ts";
import { test } from "../../../harness.ts";

/** A value for a field, of the type of its column, that is in no other field. */
function valueOf(name: keyof NewJob & keyof typeof jobColumns.of, number: number): unknown {
  const { type, write } = jobColumns.of[name];
  if (type === "integer") return number;
  return write(["x"]) === '["x"]' ? [`value ${number}`] : `value ${number}`;
}

/** A new job with a value in every one of these fields. */
function filledJob(id: string, names: readonly (keyof NewJob & keyof typeof jobColumns.of)[], from: number) {
  const given = Object.fromEntries(names.map((name, index) => [name, valueOf(name, from + index)]));
  return newJob(id, { ...given as Partial<NewJob>, id });
}

function fieldsOf(job: object): Readonly<Record<string, unknown>> {
  const fields = job as Readonly<Record<string, unknown>>;
  return Object.fromEntries(jobFieldNames.map((name) => [name, fields[name]]));
}

/** The fields of a job that has to do with no other job. */
const ownNames = jobFieldNames.filter((name) =>
  !["scheduleSeq", "scheduleId", "fireTimeMs", "concurrencyKey", "rateKey"].includes(name)
);

for (const make of [memory, () => libsql(":memory:")]) {
  const stored = async (store: DataStore, id: string) => (await store.getJobs({ ids: [id] }))[0]!;
  const opened = async () => {
    const store = make();
    await store.open({ clock: new VirtualClock() });
    return store;
  };

  test(`every field of a new job comes back from its row: ${make().kind}`, async () => {
    const store = await opened();
    for (const names of [jobFieldNames, ownNames]) {
      const job = filledJob(`job with ${names.length} fields`, names, 1);
      await store.addJobs([{ ...job, addedBy: "a", batchId: "b" }]);
      const found = await stored(store, job.id);
      assert.deepEqual(fieldsOf(found), fieldsOf(job));
      assert.deepEqual([found.addedBy, found.batchId], ["a", "b"]);
    }
    await store.close();
  });

  test(`every field that a later job replaces is replaced, and no other: ${make().kind}`, async () => {
    const store = await opened();
    const identity = { key: "k", states: ["ready"] as const, periodMs: null, replace: { maxWaitMs: null } };
    const first = { ...filledJob("first", jobFieldNames, 1), identity };
    const second = { ...filledJob("second", jobFieldNames, 101), taskName: first.taskName, identity };
    const added = [...(await store.addJobs([first])).jobs, ...(await store.addJobs([second])).jobs];
    assert.deepEqual(added.map(({ id, outcome }) => [id, outcome]), [["first", "added"], [
      "first",
      "replaced",
    ]]);
    const expected = Object.fromEntries(replacedFieldNames.map((name) => [name, second[name]]));
    assert.deepEqual(fieldsOf(await stored(store, "first")), { ...fieldsOf(first), ...expected });
    await store.close();
  });
}

test("no two fields of a job share a column", () => {
  const names = Object.values(jobColumns.of).map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
});
