import assert from "node:assert/strict";
import { check, type StoreCheck } from "./store_check.ts";

const MINUTE = 60_000;

/** Jobs that grow more urgent while they wait. */
export const ageingTests: readonly StoreCheck[] = [
  check("claimJobs() takes a job that has waited long before more urgent ones added later", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: 0, ageingMs: MINUTE });
    t.pass(2 * MINUTE);
    await t.add("later", { priority: 1, ageingMs: MINUTE });
    await t.add("urgent", { priority: 3, ageingMs: MINUTE });
    assert.deepEqual(await t.claimIds(incarnation), ["urgent", "old", "later"]);
  }),
  check("claimJobs() goes strictly by priority among jobs that do not age", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: 0 });
    t.pass(100 * MINUTE);
    await t.add("later", { priority: 1 });
    assert.deepEqual(await t.claimIds(incarnation), ["later", "old"]);
  }),
  check("claimJobs() compares jobs that age differently as of the claim, over all tasks", async (t) => {
    await t.task("a");
    await t.task("b");
    const incarnation = await t.scheduler(["a", "b"]);
    await t.add("quick", { taskName: "a", priority: 0, ageingMs: MINUTE });
    await t.add("slow", { taskName: "b", priority: 2, ageingMs: 10 * MINUTE });
    await t.add("never", { taskName: "a", priority: 3 });
    const first = { tasks: ["a", "b"], limit: 1 };
    t.pass(MINUTE);
    assert.deepEqual(await t.claimIds(incarnation, first), ["never"]);
    assert.deepEqual(await t.claimIds(incarnation, first), ["slow"]);
    await t.add("slow-2", { taskName: "b", priority: 2, ageingMs: 10 * MINUTE });
    t.pass(3 * MINUTE);
    assert.deepEqual(await t.claimIds(incarnation, first), ["quick"]);
  }),
  check("updateJob() of the priority keeps what a job has gained by waiting", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: -2, ageingMs: MINUTE });
    t.pass(2 * MINUTE);
    await t.add("new", { priority: 1, ageingMs: MINUTE });
    await t.store.updateJob("old", { priority: 0 });
    assert.deepEqual(await t.claimIds(incarnation), ["old", "new"]);
  }),
];
