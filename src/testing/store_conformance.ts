import { addingTests, claimedInTurnTests, identityTests } from "./store_conformance/adding.ts";
import { advancingTests, followingTests } from "./store_conformance/advancing.ts";
import { changeFeedTests } from "./store_conformance/change_feed.ts";
import { claimLimitTests } from "./store_conformance/claim_limits.ts";
import { ageingTests, claimingTests } from "./store_conformance/claiming.ts";
import { deadlineTests } from "./store_conformance/deadlines.ts";
import { tagTests, versionTests } from "./store_conformance/eligibility.ts";
import { endingInClaimTests, endingTests } from "./store_conformance/ending.ts";
import { findingTests } from "./store_conformance/finding.ts";
import { historyTests } from "./store_conformance/histories.ts";
import { jobCommandTests } from "./store_conformance/job_commands.ts";
import { keyTests, manyKeyTests } from "./store_conformance/keys.ts";
import { openingTests } from "./store_conformance/opening.ts";
import { deduplicatedParentTests, parentTests } from "./store_conformance/parents.ts";
import { pruningTests } from "./store_conformance/pruning.ts";
import { rateTests } from "./store_conformance/rates.ts";
import { schedulerTests, takeoverTests } from "./store_conformance/schedulers.ts";
import { schedulePlanningTests, scheduleWritingTests } from "./store_conformance/schedules.ts";
import { runCheck, type StoreCheck, type StoreConformanceOptions } from "./store_conformance/store_check.ts";
import { copyTests, halfCharacterTests, undecodableTests } from "./store_conformance/stored_values.ts";
import { taskTests } from "./store_conformance/tasks.ts";

const checks: readonly StoreCheck[] = [
  ...openingTests,
  ...taskTests,
  ...addingTests,
  ...claimedInTurnTests,
  ...identityTests,
  ...claimingTests,
  ...ageingTests,
  ...claimLimitTests,
  ...versionTests,
  ...tagTests,
  ...keyTests,
  ...manyKeyTests,
  ...rateTests,
  ...parentTests,
  ...deduplicatedParentTests,
  ...deadlineTests,
  ...endingTests,
  ...endingInClaimTests,
  ...jobCommandTests,
  ...findingTests,
  ...historyTests,
  ...scheduleWritingTests,
  ...schedulePlanningTests,
  ...advancingTests,
  ...followingTests,
  ...schedulerTests,
  ...takeoverTests,
  ...pruningTests,
  ...changeFeedTests,
  ...halfCharacterTests,
  ...copyTests,
  ...undecodableTests,
];

/**
 * Registers the tests that every data store must pass, with any test runner. Each test gets a store of its own
 * and a virtual clock; nothing sleeps.
 *
 * @example
 * ```ts
 * import { memory } from "carillon";
 * import { storeConformance } from "carillon/testing";
 *
 * const tests: string[] = [];
 * storeConformance({
 *   test: (name) => tests.push(name),
 *   makeStore: () => memory(),
 *   makeSecond: (store) => store, // a second handle on the same data
 *   dispose: () => {}, // removes what a test has left
 * });
 * console.assert(tests.length > 100);
 * ```
 */
export function storeConformance(options: StoreConformanceOptions): void {
  for (const check of checks) {
    if (check.needs !== undefined && options[check.needs] === undefined) continue;
    options.test(check.name, () => runCheck(check, options));
  }
}
