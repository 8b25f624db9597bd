import assert from "node:assert/strict";
import { jobProgress } from "../../src/context/job_facts.ts";
import { test } from "../harness.ts";

test("jobProgress() takes a fraction, and so many of so many", () => {
  assert.deepEqual(jobProgress(0.25, "reading", 5), { done: 0.25, total: 1, message: "reading", atMs: 5 });
  assert.deepEqual(jobProgress({ done: 3, total: 12 }, undefined, 5), {
    done: 3,
    total: 12,
    message: null,
    atMs: 5,
  });
});

test("jobProgress() puts right what cannot be", () => {
  assert.equal(jobProgress(1.0000001, undefined, 0).done, 1);
  assert.equal(jobProgress(-1, undefined, 0).done, 0);
  assert.equal(jobProgress(NaN, undefined, 0).done, 0);
  assert.equal(jobProgress({ done: 9, total: 4 }, undefined, 0).done, 4);
  assert.deepEqual(jobProgress({ done: 0, total: 0 }, undefined, 0), {
    done: 1,
    total: 1,
    message: null,
    atMs: 0,
  });
  assert.equal(jobProgress(0, "x".repeat(2000), 0).message?.length, 500);
});
