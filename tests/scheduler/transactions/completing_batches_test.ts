import assert from "node:assert/strict";
import { z } from "zod";
import type { BatchJob } from "../../../src/context/task_context.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { type Application, applications, withApplication } from "./application.ts";

/** Completes one job of a batch with what it writes, in a transaction of its own. */
async function pay(application: Application, { input, completeIn }: BatchJob<string>, commits: boolean) {
  const { transaction, execute, commit, rollback } = await application.begin();
  await execute(`insert into orders values ('${input}')`);
  await completeIn(transaction, `receipt of ${input}`);
  await (commits ? commit() : rollback());
}

const cases: Readonly<Record<string, (application: Application) => Promise<void>>> = {
  "completes that job alone, whatever the call answers in its place": async (application) => {
    const orders = task({
      name: "orders",
      batch: { size: 4 },
      input: z.string(),
      output: z.string(),
      async run(_names, { jobs }) {
        await pay(application, jobs[0]!, true);
        await pay(application, jobs[1]!, false);
        return [new Error("too late"), "returned", new Error("no money"), "fine"];
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [orders] });
    const told: string[] = [];
    scheduler.subscribe(({ jobId, outcome }) => told.push(`${jobId} ${outcome}`), { types: "jobFinished" });
    const ids = ["lamp", "chair", "table", "bed"];
    for (const id of ids) await scheduler.addJob(orders, id, { id });
    await scheduler.runUntilIdle();
    const results = await Promise.all(ids.map((id) => scheduler.getJobResult(id)));
    assert.deepEqual(results.map(({ value, error }) => value ?? error?.message), [
      "receipt of lamp",
      "returned",
      "no money",
      "fine",
    ]);
    assert.deepEqual(await application.orders(), ["lamp"]);
    assert.deepEqual(told.toSorted(), ["bed success", "chair success", "lamp success", "table error"]);
  },
  "holds when the whole call throws": async (application) => {
    const orders = task({
      name: "orders",
      batch: { size: 2 },
      input: z.string(),
      async run(_names, { jobs }): Promise<string[]> {
        await pay(application, jobs[0]!, true);
        throw new Error("the call broke");
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [orders] });
    for (const id of ["lamp", "chair"]) await scheduler.addJob(orders, id, { id });
    await scheduler.runUntilIdle();
    assert.equal((await scheduler.getJobResult("lamp")).value, "receipt of lamp");
    assert.equal((await scheduler.getJobResult("chair")).error?.message, "the call broke");
    assert.deepEqual(await application.orders(), ["lamp"]);
  },
};

for (const [kind, { skip, make }] of Object.entries(applications)) {
  for (const [name, body] of Object.entries(cases)) {
    test(`completeIn() of a job of a batch, ${kind}: it ${name}${skip ?? ""}`, async () => {
      await withApplication(make, body);
    }, { ignore: skip !== undefined });
  }
}
