import { addingTests } from "./store_conformance/adding.ts";
import { ageingTests } from "./store_conformance/ageing.ts";
import { advancingTests } from "./store_conformance/advancing.ts";
import { changingTests } from "./store_conformance/changing.ts";
import { changeTests } from "./store_conformance/changes.ts";
import { claimLimitTests } from "./store_conformance/claim_limits.ts";
import { claimingTests } from "./store_conformance/claiming.ts";
import { copyTests } from "./store_conformance/copies.ts";
import { deadlineTests } from "./store_conformance/deadlines.ts";
import { endingTests } from "./store_conformance/ending.ts";
import { endingAndClaiming } from "./store_conformance/ending_and_claiming.ts";
import { findingTests } from "./store_conformance/finding.ts";
import { followingTests } from "./store_conformance/following.ts";
import { historyTests } from "./store_conformance/histories.ts";
import { identityTests } from "./store_conformance/identities.ts";
import { keyTests } from "./store_conformance/keys.ts";
import { manyKeyTests } from "./store_conformance/many_keys.ts";
import { openingTests } from "./store_conformance/opening.ts";
import { answeredParentTests } from "./store_conformance/answered_parents.ts";
import { parentTests } from "./store_conformance/parents.ts";
import { planningTests } from "./store_conformance/planning.ts";
import { pruningTests } from "./store_conformance/pruning.ts";
import { rateTests } from "./store_conformance/rates.ts";
import { runCheck, type StoreConformanceOptions } from "./store_conformance/run_check.ts";
import { schedulerTests } from "./store_conformance/schedulers.ts";
import type { StoreCheck } from "./store_conformance/store_check.ts";
import { tagTests } from "./store_conformance/tags.ts";
import { takeoverTests } from "./store_conformance/takeover.ts";
import { taskTests } from "./store_conformance/tasks.ts";
import { textTests } from "./store_conformance/texts.ts";
import { undecodableTests } from "./store_conformance/undecodable.ts";
import { versionTests } from "./store_conformance/versions.ts";
import { writingTests } from "./store_conformance/writing.ts";

const checks: readonly StoreCheck[] = [
  ...openingTests,
  ...taskTests,
  ...addingTests,
  ...claimingTests,
  ...claimLimitTests,
  ...versionTests,
  ...ageingTests,
  ...tagTests,
  ...keyTests,
  ...manyKeyTests,
  ...rateTests,
  ...identityTests,
  ...parentTests,
  ...answeredParentTests,
  ...deadlineTests,
  ...endingTests,
  ...endingAndClaiming,
  ...changingTests,
  ...findingTests,
  ...copyTests,
  ...historyTests,
  ...writingTests,
  ...planningTests,
  ...advancingTests,
  ...followingTests,
  ...schedulerTests,
  ...takeoverTests,
  ...pruningTests,
  ...changeTests,
  ...textTests,
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
