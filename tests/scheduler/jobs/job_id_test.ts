import assert from "node:assert/strict";
import { fireJobId, newJobId } from "../../../src/scheduler/jobs/job_id.ts";
import { test } from "../../harness.ts";

test("newJobId() gives ids of one length that sort in the order in which they were made", () => {
  const nowMs = 1_767_225_600_000;
  const ids = Array.from({ length: 5000 }, (_, index) => newJobId(nowMs + Math.trunc(index / 2000)));
  assert.deepEqual(new Set(ids.map((id) => id.length)), new Set([25]));
  assert.equal(new Set(ids).size, ids.length);
  for (const ms of [0, 1, 2]) {
    const ofOneMs = ids.slice(ms * 2000, ms * 2000 + 2000);
    assert.deepEqual(ofOneMs.toSorted(), ofOneMs);
  }
  assert.ok(ids[0]! < ids[2000]! && ids[2000]! < ids[4000]!);
});

test("newJobId() continues without a repeat when a clock steps back, and when one millisecond has no ids left", () => {
  const ids = new Set<string>();
  const count = 36 ** 4 + 10;
  const first = newJobId(5000);
  for (let i = 0; i < count; i++) ids.add(newJobId(6000));
  assert.equal(ids.size, count);
  assert.notEqual(newJobId(5000), first);
});

test("fireJobId() gives one id to one fire", () => {
  assert.equal(fireJobId(3, 1_767_225_600_000), fireJobId(3, 1_767_225_600_000));
  assert.notEqual(fireJobId(3, 1_767_225_600_000), fireJobId(4, 1_767_225_600_000));
});
