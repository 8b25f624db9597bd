import { countTests, judgeRun } from "../../tools/count_tests.ts";
import { test } from "../harness.ts";
import assert from "node:assert/strict";

const PASSED = `<testcase name="a" time="0.1" />`;
const PASSED_ON_DENO = `<testcase name="a">\n        </testcase>`;
const FAILED = `<testcase name="b"><failure message="no">no</failure></testcase>`;
const SKIPPED = `<testcase name="c"><skipped/></testcase>`;

test("countTests() counts passed, failed and skipped tests apart", () => {
  const junit = `<testsuites>${PASSED}${FAILED}${SKIPPED}${PASSED_ON_DENO}${FAILED}${PASSED}</testsuites>`;
  assert.deepEqual(countTests(junit), { passed: 3, failed: 2, skipped: 1 });
});

test("judgeRun() takes the report's word for a run that ended as it says", () => {
  assert.deepEqual(judgeRun(0, PASSED + SKIPPED), { passed: 1, failed: 0, skipped: 1 });
  assert.deepEqual(judgeRun(1, PASSED + FAILED), { passed: 1, failed: 1, skipped: 0 });
});

test("judgeRun() fails a run without a report, even one that exits with 0", () => {
  assert.equal(judgeRun(0, undefined).failed, 1);
});

test("judgeRun() fails a run that failed outside of any test", () => {
  assert.deepEqual(judgeRun(1, PASSED), {
    passed: 1,
    failed: 1,
    skipped: 0,
    reason: "it ended with code 1, outside of any test",
  });
});

test("judgeRun() fails a run whose exit code denies its failures", () => {
  assert.equal(judgeRun(0, FAILED + FAILED).failed, 2);
});

test("judgeRun() fails a run that ran no test", () => {
  assert.equal(judgeRun(0, "<testsuites/>").failed, 1);
  assert.equal(judgeRun(0, SKIPPED).failed, 1);
});
