import assert from "node:assert/strict";
import { CommitPace } from "../../../src/stores/shared/commit_pace.ts";
import { test } from "../../harness.ts";

test("CommitPace lets a transaction take as many rows as fit into some milliseconds", () => {
  const pace = new CommitPace(false);
  pace.wrote(200, 200 * 0.03);
  assert.ok(pace.rowsMax >= 200 && pace.rowsMax < 320, `${pace.rowsMax}`);
  pace.wrote(200, 200 * 0.02);
  assert.equal(pace.rowsMax, 300);
  pace.wrote(300, 0);
  assert.equal(pace.rowsMax, 500, "never more: what their callers do next takes time as well");
});

test("CommitPace grows slower by steps, so that one thread that was held up proves nothing", () => {
  const pace = new CommitPace(false);
  pace.wrote(300, 300 * 0.02);
  pace.wrote(300, 5000);
  assert.ok(pace.rowsMax > 200 && pace.rowsMax < 320, `${pace.rowsMax}`);
  for (let i = 0; i < 50; i++) pace.wrote(100, 5000);
  assert.equal(pace.rowsMax, 64, "never fewer: each transaction costs a commit");
});

test("CommitPace lets another process take more, and learns nothing from a few rows", () => {
  assert.equal(new CommitPace(true).rowsMax, 1000);
  const pace = new CommitPace(false);
  const before = pace.rowsMax;
  pace.wrote(1, 100);
  assert.equal(pace.rowsMax, before);
});
