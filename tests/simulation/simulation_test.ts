import assert from "node:assert/strict";
import { test } from "../harness.ts";
import { planOf } from "./plan.ts";
import { runSeed, type StoreKind } from "./run_seed.ts";
import { shrink } from "./shrink.ts";

/** A few seeds for the gate; `deno task simulate` tries as many as one likes. */
const seeds: Readonly<Record<StoreKind, readonly [first: number, last: number]>> = {
  memory: [1, 10],
  libsql: [11, 14],
};

/** For machines that are busy with other things. */
const TIME_LIMIT_MS = 300_000;

for (const [store, [first, last]] of Object.entries(seeds)) {
  test(`a cluster on ${store} keeps every promise through seeds ${first} to ${last}`, async () => {
    let runs = 0;
    for (let seed = first; seed <= last; seed++) {
      const outcome = await runSeed(seed, store as StoreKind);
      const hint = `deno task simulate --first ${seed} --seeds 1 --store ${store}`;
      assert.equal(outcome.violation, undefined, hint);
      runs += outcome.runs;
    }
    assert.ok(runs > 100, `only ${runs} runs in all`);
  }, { timeLimitMs: TIME_LIMIT_MS });
}

test("a seed gives the very same run again", async () => {
  const once = await runSeed(3, "memory", true);
  const again = await runSeed(3, "memory", true);
  const withoutIds = (trace: readonly string[]) =>
    trace.map((line) => line.replace(/0m[a-z0-9]{23}|"stack":.*/g, "")).join("\n");
  assert.ok(once.trace.length > 1000);
  assert.equal(withoutIds(again.trace), withoutIds(once.trace));
});

test("shrink() leaves only what it takes to fail", async () => {
  const plan = planOf(8);
  const [one, two] = [plan.incidents[3]!, plan.incidents[20]!];
  const least = await shrink(
    plan,
    ({ incidents }) => Promise.resolve(incidents.includes(one) && incidents.includes(two)),
  );
  assert.deepEqual(least.incidents, [one, two]);
});
