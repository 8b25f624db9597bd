import assert from "node:assert/strict";
import { memory } from "../../src/stores/memory.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { test } from "../harness.ts";
import { brokenStore, type StoreFault, storeFaults } from "./broken_stores.ts";

/** The names of the tests that a store with a fault fails. */
async function failing(fault: StoreFault): Promise<readonly string[]> {
  const tests: [string, () => unknown][] = [];
  storeConformance({
    test: (...one) => void tests.push(one),
    makeStore: () => brokenStore(memory(), fault),
  });
  const failed: string[] = [];
  for (const [name, body] of tests) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

for (const [what, fault] of Object.entries(storeFaults)) {
  test(`storeConformance() finds a store that ${what}`, async () => {
    assert.notDeepEqual(await failing(fault), []);
  });
}

test("storeConformance() finds nothing wrong with a store that is only passed through", async () => {
  assert.deepEqual(await failing(() => ({})), []);
});
