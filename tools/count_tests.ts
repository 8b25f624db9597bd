/** Numbers of tests that passed, failed, or were skipped. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const TEST_CASE = /<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/** Counts the tests in a JUnit report. */
export function countTests(junit: string): TestCounts {
  let passed = 0, failed = 0, skipped = 0;
  for (const [, body = ""] of junit.matchAll(TEST_CASE)) {
    if (body.includes("<failure") || body.includes("<error")) failed++;
    else if (body.includes("<skipped")) skipped++;
    else passed++;
  }
  return { passed, failed, skipped };
}

/**
 * Counts the tests of a run. A report alone cannot be believed: a module that throws at import is in no report,
 * a process that ends itself in the middle leaves none and may still exit with 0, and a run that finds no test is
 * green. Each of these is at least one failure.
 *
 * @param junit the report, or undefined where the run left none
 */
export function judgeRun(code: number, junit: string | undefined): TestCounts & { readonly reason?: string } {
  const counts = countTests(junit ?? "");
  const failure = (reason: string) => ({ ...counts, failed: Math.max(1, counts.failed), reason });
  if (junit === undefined) return failure(`it ended with code ${code} before it wrote its report`);
  if (code !== 0 && counts.failed === 0) return failure(`it ended with code ${code}, outside of any test`);
  if (code === 0 && counts.failed > 0) return failure("it ended with code 0 in spite of failures");
  if (counts.passed + counts.failed === 0) return failure("it ran no test");
  return counts;
}
