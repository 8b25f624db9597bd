import assert from "node:assert/strict";
import { isCarillonError } from "../../errors.ts";
import type { JobIdentity } from "../../model/identity.ts";
import type { JobTransition, NewJob } from "../../model/job_record.ts";
import { idsOf, newJob } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { failure } from "./store_test.ts";

const failed: JobTransition = { to: "finished", outcome: "error", value: null, error: failure, keepMs: 1000 };
const identity: JobIdentity = { key: "k", states: ["ready", "running"], periodMs: null, replace: null };

function jobNotFound(error: unknown): boolean {
  return isCarillonError(error, "jobNotFound");
}

/** A job that waits for these. */
function after(ids: readonly string[]): Partial<NewJob> {
  return { parents: { ids, onFailure: "cascade" } };
}

/** Jobs that wait for jobs of the same call which another one stands for. */
export const answeredParentTests: readonly StoreCheck[] = [
  check("addJobs() takes for a parent that it did not add the job that stands for it", async (t) => {
    await t.task();
    const me = await t.scheduler();
    await t.add("a", { identity });
    const { jobs } = await t.store.addJobs([
      newJob("b", { identity }),
      newJob("c", after(["b"])),
      newJob("d", after(["b", "a", "c"])),
      newJob("e", { identity: { ...identity, replace: { maxWaitMs: null } } }),
      newJob("f", after(["e"])),
    ]);
    assert.deepEqual(jobs.map(({ outcome }) => outcome), [
      "deduplicated",
      "added",
      "added",
      "replaced",
      "added",
    ]);
    assert.deepEqual(idsOf((await t.store.getParents("c")).parents), ["a"]);
    assert.deepEqual(idsOf((await t.store.getParents("d")).parents), ["a", "c"]);
    assert.deepEqual(idsOf((await t.store.getParents("f")).parents), ["a"]);
    // What stood for it in one call does so in no other.
    await assert.rejects(t.store.addJobs([newJob("g", after(["b"]))]), jobNotFound);
    const [a] = await t.claim(me);
    await t.end(a!);
    assert.deepEqual([await t.state("c"), await t.state("d"), await t.state("f")], [
      "ready",
      "blocked",
      "ready",
    ]);
  }),
  check(
    "addJobs() lets the later jobs of a call see the earlier ones as far as they go at once",
    async (t) => {
      await t.task();
      const me = await t.scheduler();
      await t.add("bad");
      await t.end((await t.claim(me))[0]!, failed);
      const over: JobIdentity = { ...identity, states: ["finished"] };
      const answer = await t.store.addJobs([
        newJob("a", { identity: over, ...after(["bad"]) }),
        newJob("b", { identity: over }),
        newJob("c", after(["b"])),
      ]);
      assert.deepEqual(answer.jobs.map(({ id }) => id), ["a", "a", "c"]);
      assert.deepEqual([(await t.job("a")).outcome, (await t.job("c")).outcome], ["cancelled", "cancelled"]);
      // A call that is refused leaves nothing of what it had settled.
      const { last } = await t.store.readChanges({ after: 0, limit: 1 });
      const jobs = [newJob("d", { identity: { ...over, key: "l" }, ...after(["bad"]) })];
      await assert.rejects(t.store.addJobs([...jobs, newJob("e", after(["gone"]))]), jobNotFound);
      assert.equal((await t.store.readChanges({ after: 0, limit: 1 })).last, last);
      assert.equal((await t.store.addJobs(jobs)).jobs[0]?.outcome, "added");
      assert.equal((await t.store.readChanges({ after: last, limit: 9 })).changes.length, 1);
    },
  ),
];
